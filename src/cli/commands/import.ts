import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openTransfer } from '../../app/app.ts'
import type { Config } from '../../config/config.ts'
import { ConfigError } from '../../core/config-error.ts'
import { UserError } from '../../core/errors.ts'
import { inCommands } from '../terminal/in-commands.ts'
import { tell } from '../terminal/tell.ts'
import { visible } from '../terminal/visible.ts'

/** Just below the maximum length of a JavaScript string in V8. */
const MAX_BYTES = 400_000_000

/** Imports one file after another. Throws at the first that can't be imported; those before it stay. */
export async function importFromFiles(config: Config, files: readonly string[]): Promise<void> {
  if (config.agent !== null) {
    throw new ConfigError(
      'RECOLLECT_AGENT (--agent) serves one agent only, and import makes another. Leave it unset.',
    )
  }
  const transfer = await openTransfer(config)
  try {
    for (const file of files) {
      const { agentIds, groupId, warnings } = await transfer
        .import(await read(resolve(file)), { scopes: null })
        .catch((error: unknown) => {
          throw error instanceof UserError && files.length > 1 ? about(file, error) : error
        })
      for (const warning of warnings) process.stderr.write(`${visible(inCommands(warning))}\n`)
      for (const id of groupId ? [groupId] : agentIds)
        tell(`${(await transfer.find(id)).name} was imported as ${id}`)
    }
  } finally {
    await transfer.close()
  }
}

function about(file: string, error: UserError): UserError {
  return new UserError(error.code, `${file}: ${error.message}`, { cause: error })
}

async function read(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size <= MAX_BYTES) return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new UserError(
      'invalid_argument',
      `${path} can't be read (${code}). Name a file that recollect export or Letta wrote.`,
      { cause: error },
    )
  }
  throw new UserError(
    'limit_exceeded',
    `${path} is larger than ${MAX_BYTES / 1e6} MB, which is more than can be imported. recollect backup copies data of any size.`,
  )
}
