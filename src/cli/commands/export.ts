import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { type OpenTransfer, openTransfer } from '../../app/app.ts'
import type { Config } from '../../config/config.ts'
import { UserError } from '../../core/errors.ts'
import { visible, visibleJson } from '../terminal/visible.ts'

/** Exports to a file, or to stdout. Never writes to the data, whatever the settings. */
export async function exportToFile(
  config: Config,
  agent: string,
  file: string | undefined,
  format: 'json' | 'af',
): Promise<void> {
  const transfer = await openTransfer({ ...config, readOnly: true })
  try {
    const found = await findToExport(transfer, config, agent)
    const write = async (put: (text: string) => Promise<void>) =>
      format === 'af'
        ? put(await transfer.exportLetta(found.id))
        : transfer.writeAgent(found.id, put)
    if (file === undefined) return await write((text) => put(process.stdout, visibleJson(text)))
    const target = resolve(file)
    await writeNew(target, write)
    process.stderr.write(`${visible(found.name)} (${found.id}) was exported to ${target}\n`)
  } finally {
    await transfer.close()
  }
}

/** The agent or group, if these settings let it be exported. */
export async function findToExport(transfer: OpenTransfer, config: Config, agent: string) {
  const found = await transfer.find(agent)
  if (config.agent === null || (await transfer.find(config.agent)).id === found.id) return found
  throw new UserError(
    'not_found',
    'RECOLLECT_AGENT (--agent) serves one agent only, and that is another. Leave it unset to export any.',
  )
}

/** Creates a file that only this user can read. Removes it if writing fails. */
async function writeNew(
  target: string,
  work: (write: (text: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const stream = createWriteStream(target, { flags: 'wx', mode: 0o600 })
  const written = finished(stream)
  // The error is thrown by `await written` below; do not report it as unhandled before.
  written.catch(() => undefined)
  try {
    await new Promise<void>((opened, failed) => stream.once('ready', opened).once('error', failed))
  } catch (error) {
    throw cannotWrite(target, error)
  }
  try {
    await work((text) => put(stream, text))
    stream.end()
    await written
  } catch (error) {
    stream.destroy()
    await rm(target, { force: true })
    throw error instanceof UserError ? error : cannotWrite(target, error)
  }
}

/** Waits for the stream to drain, so that a large agent is never in memory as a whole. */
async function put(stream: Writable, text: string): Promise<void> {
  await new Promise<void>((taken, failed) => {
    stream.write(text, (error) => (error ? failed(error) : taken()))
  })
}

export function cannotWrite(target: string, error: unknown): UserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  return new UserError(
    'invalid_argument',
    code === 'EEXIST'
      ? `${target} exists already. Name a file that does not exist yet.`
      : `${target} can't be written (${code}). Name a file in a directory that exists and that you may write to.`,
    { cause: error },
  )
}
