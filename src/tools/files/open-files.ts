import { z } from 'zod'
import { defineInnerTool } from '../../agent/tools/define-inner-tool.ts'
import { toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import type { LoadedFile } from '../../core/file.ts'
import { filled } from '../../core/filled.ts'
import type { AgentId } from '../../core/ids.ts'
import { LIMITS } from '../../core/limits.ts'
import { linesOf } from '../../memory/file-lines.ts'
import type { Store } from '../../storage/port/store.ts'

/** Chosen by hand. */
const MAX_FILES = 5
/** Characters of all files together. Chosen by hand. */
const TOTAL_CHARACTERS = 16_000
/** Names in an error. Chosen by hand. */
const SHOWN_NAMES = 20

const request = z.strictObject({
  file_name: filled(LIMITS.source),
  offset: z.int().min(0).optional(),
  length: z.int().min(1).optional(),
})

/** The tool `open_files`: text of documents that were loaded, a page at a time. */
export const openFiles = defineInnerTool({
  name: 'open_files',
  effect: 'readonly',
  parameters: { file_requests: z.array(request).min(1).max(MAX_FILES) },
  async run({ file_requests: requests }, { store, agent, now }) {
    const at = toTimestamp(now)
    const files = await Promise.all(
      requests.map(({ file_name: name }) => findFile(store, agent.id, name)),
    )
    const most = Math.floor(TOTAL_CHARACTERS / requests.length)
    const pages = requests.map(({ offset = 0, length = LIMITS.count }, index) =>
      pageOf(store, files[index], at, { offset, length, most }),
    )
    return (await Promise.all(pages)).join('\n\n')
  },
})

async function findFile(store: Pick<Store, 'files'>, agentId: AgentId, name: string) {
  const [file] = await store.files.list(agentId, { name, after: 0, limit: 1 })
  if (file) return file
  const some = await store.files.list(agentId, { after: 0, limit: SHOWN_NAMES })
  const names = some.map((one) => one.name).join(', ')
  throw new UserError(
    'not_found',
    names === ''
      ? 'No file was loaded for you yet, so there is none to open.'
      : `There is no file ${JSON.stringify(name)}. Some that there are: ${names}. list_files shows all.`,
  )
}

interface Wanted {
  readonly offset: number
  readonly length: number
  /** Characters. */
  readonly most: number
}

async function pageOf(
  store: Pick<Store, 'passages'>,
  file: LoadedFile | undefined,
  at: string,
  { offset, length, most }: Wanted,
): Promise<string> {
  if (!file) throw new Error('every file was found')
  const shown: string[] = []
  let characters = 0
  let total = 0
  for await (const { first, lines } of linesOf(store, file, at)) {
    total = first + lines.length
    for (const line of lines.slice(Math.max(0, offset - first))) {
      const isFull = shown.length > 0 && characters + line.length > most
      if (shown.length === length || isFull) return page(file, offset, shown, true)
      shown.push(line.slice(0, most))
      characters += line.length + 1
    }
  }
  if (total === 0) return `=== ${file.name} ===\n${file.note || 'It has no text.'}`
  if (shown.length > 0) return page(file, offset, shown, false)
  return `=== ${file.name} ===\nIt ends before line ${offset}: it has ${total} lines.`
}

function page({ name }: LoadedFile, offset: number, lines: readonly string[], hasMore: boolean) {
  const end = offset + lines.length
  const rest = hasMore ? `\n(There is more: open it with offset ${end}.)` : ''
  return `=== ${name}, lines ${offset} to ${end - 1} ===\n${lines.join('\n')}${rest}`
}
