import { z } from 'zod'
import { defineInnerTool } from '../../agent/tools/define-inner-tool.ts'
import { toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import type { LoadedFile } from '../../core/file.ts'
import { filled } from '../../core/filled.ts'
import type { AgentId } from '../../core/ids.ts'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { type LineBlock, linesOf } from '../../memory/file-lines.ts'
import type { Store } from '../../storage/port/store.ts'
import { type Grep, openGrep } from './grep-thread.ts'

/** As Letta has them. */
const MAX_PATTERN = 1_000
const MATCHES_AT_ONCE = 20
const MAX_OFFSET = 1_000
/** Chosen by hand. */
const MILLISECONDS = 10_000
const MAX_CONTEXT = 10
const FILES_AT_ONCE = 500
const LINE_CHARACTERS = 300

interface Match {
  readonly name: string
  /** The lines around it and itself, with their numbers. */
  readonly lines: readonly string[]
}

/** The tool `grep_files`: lines of documents that were loaded, by a regular expression. */
export const grepFiles = defineInnerTool({
  name: 'grep_files',
  effect: 'readonly',
  parameters: {
    pattern: filled(MAX_PATTERN),
    include: text(LIMITS.source).optional(),
    context_lines: z.int().min(0).max(MAX_CONTEXT).default(1),
    offset: z.int().min(0).max(MAX_OFFSET).default(0),
  },
  async run({ pattern, include = '', context_lines: around, offset }, context, signal) {
    const { store, agent, now } = context
    const setup = { include: fromGlob(include), pattern: readPattern(pattern) }
    const grep = openGrep(setup, MILLISECONDS, signal)
    try {
      const matches: Match[] = []
      // One more tells whether there is another page.
      const most = offset + MATCHES_AT_ONCE + 1
      for await (const file of filesOf(store, agent.id, grep)) {
        for await (const block of linesOf(store, file, toTimestamp(now))) {
          for (const index of await grep.ask('pattern', block.lines))
            if (matches.length < most) matches.push(matchAt(file, block, index, around))
        }
        if (matches.length >= most) break
      }
      return describe(matches.slice(offset, most - 1), offset, matches.length === most)
    } finally {
      await grep.close()
    }
  },
})

/** Python's way to say that case does not matter, which is so here anyway. */
const CASE_FLAG = /^\(\?i\)/

function readPattern(given: string): string {
  const pattern = given.replace(CASE_FLAG, '')
  try {
    new RegExp(pattern, 'i')
    return pattern
  } catch {
    throw new UserError(
      'invalid_argument',
      'The pattern is no regular expression. Escape signs that stand for themselves, such as ( or [, with a backslash.',
    )
  }
}

/** `*.md` matches names in any folder, `notes/*.md` those in that one, `notes/**` all in it and below. Pure. */
function fromGlob(glob: string): string {
  if (glob === '') return ''
  const source = glob
    .split(/(\*\*\/?|\*|\?)/)
    .map((part) => GLOB[part] ?? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('')
  return `${glob.includes('/') ? '^' : '(^|/)'}${source}$`
}

const GLOB: Readonly<Record<string, string>> = {
  ...{ '**/': '(.*/)?', '**': '.*' },
  ...{ '*': '[^/]*', '?': '[^/]' },
}

async function* filesOf(
  { files }: Pick<Store, 'files'>,
  agentId: AgentId,
  grep: Grep,
): AsyncGenerator<LoadedFile> {
  for (let after = 0; ; ) {
    const page = await files.list(agentId, { after, limit: FILES_AT_ONCE })
    const wanted = await grep.ask(
      'include',
      page.map(({ name }) => name),
    )
    for (const index of wanted) {
      const file = page[index]
      if (file) yield file
    }
    const last = page.at(-1)
    if (!last || page.length < FILES_AT_ONCE) return
    after = last.row
  }
}

function matchAt(
  { name }: LoadedFile,
  { first, lines }: LineBlock,
  index: number,
  around: number,
): Match {
  const from = Math.max(0, index - around)
  const shown = lines.slice(from, index + around + 1).map((line, place) => {
    const cut = line.length > LINE_CHARACTERS ? `${line.slice(0, LINE_CHARACTERS)}…` : line
    return `${from + place === index ? '>' : ' '} ${first + from + place}: ${cut}`
  })
  return { name, lines: shown }
}

function describe(matches: readonly Match[], offset: number, hasMore: boolean): string {
  if (matches.length === 0)
    return offset === 0 ? 'No line matches.' : `There are no more than ${offset} matches.`
  const parts = matches.flatMap(({ name, lines }, index) =>
    name === matches[index - 1]?.name ? ['--', ...lines] : [`=== ${name} ===`, ...lines],
  )
  const next = offset + matches.length
  return [...parts, ...(hasMore ? [`There are more: grep_files with offset ${next}.`] : [])].join(
    '\n',
  )
}
