import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { readToolSource } from '../../app/app.ts'
import type { Config } from '../../config/config.ts'
import { SCOPES } from '../../core/access.ts'
import { UserError } from '../../core/errors.ts'
import { isRecord } from '../../core/is-record.ts'
import type { ToolTrialResult } from '../../core/tool-view.ts'
import { tell, tellJson } from '../terminal/tell.ts'
import { withContext } from './with-context.ts'

interface RunFlags {
  readonly args?: string
  readonly agentState?: string
  readonly commit?: boolean
  readonly json?: boolean
}

const LANGUAGES: Readonly<Record<string, 'python' | 'typescript'>> = {
  '.py': 'python',
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.js': 'typescript',
  '.mjs': 'typescript',
}

/** Runs the function in the file. Exits with 1 unless it succeeds. */
export async function runToolFile(config: Config, file: string, flags: RunFlags): Promise<void> {
  const trial = {
    ...(await readSource(file)),
    arguments: readArguments(flags.args ?? '{}'),
    agent: flags.agentState,
    commit: flags.commit === true,
  }
  const caller = { name: 'owner', scopes: new Set(SCOPES) }
  const result = await withContext(config, ({ tools }) =>
    tools.run(trial, caller, new AbortController().signal),
  )
  if (result.status !== 'success') process.exitCode = 1
  if (flags.json === true) tellJson(result)
  else show(result)
}

/** Shows what a model is told of the function in the file. */
export async function showToolSchema(file: string): Promise<void> {
  const { source, language } = await readSource(file)
  tellJson(await readToolSource(language, source))
}

function show({ status, result, stdout, stderr, durationMs, changes }: ToolTrialResult): void {
  const parts = [
    `${status} after ${durationMs} ms`,
    result,
    ...(stdout === '' ? [] : ['', 'stdout:', stdout.trimEnd()]),
    ...(stderr === '' ? [] : ['', 'stderr:', stderr.trimEnd()]),
    ...changes.flatMap(({ diff }) => ['', diff.trimEnd()]),
  ]
  tell(`${parts.join('\n')}\n`)
}

async function readSource(file: string) {
  const language = LANGUAGES[extname(file).toLowerCase()]
  if (language === undefined) {
    throw new UserError(
      'invalid_argument',
      `${file} is neither Python nor TypeScript by its name. Name it .py, .ts or .js.`,
    )
  }
  try {
    return { language, source: await readFile(file, 'utf8') }
  } catch {
    throw new UserError('not_found', `${file} can't be read. Check the path.`)
  }
}

function readArguments(written: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(written)
    if (isRecord(value)) return value
  } catch {
    // The sentence below says what is wanted.
  }
  throw new UserError(
    'invalid_argument',
    `--args is not a JSON object. Give one such as '{"city": "Oslo"}'.`,
  )
}
