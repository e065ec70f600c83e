import { appendFile, lstat, mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { openTransfer } from '../../app/app.ts'
import type { Config } from '../../config/config.ts'
import { secretsOf } from '../../config/secrets.ts'
import { UserError } from '../../core/errors.ts'
import { type ExportedFile, type FolderPiece, readExportedFile } from '../../core/exported-file.ts'
import { fileNameOf } from '../../core/file-name.ts'
import { createRedaction } from '../../core/redact.ts'
import { visible } from '../terminal/visible.ts'
import { cannotWrite, findToExport } from './export.ts'

/** A longer file goes on in another one. In UTF-16 code units; chosen by hand. */
const MAX_LENGTH = 8_000_000
/** Folders in which files of an earlier export are looked for. */
const FOLDERS = ['blocks', 'passages', 'archives', 'conversations']

/** Exports to a folder, in place of an earlier export of the same agent. What else is in it, such as `.git`, stays. */
export async function exportToFolder(
  config: Config,
  agent: string,
  folder: string | undefined,
): Promise<void> {
  const transfer = await openTransfer({ ...config, readOnly: true })
  try {
    const { id, name } = await findToExport(transfer, config, agent)
    const target = resolve(folder ?? fileNameOf(name))
    const files = createFiles(target)
    try {
      await checkFolder(target, id)
      await transfer.writeMarkdown(id, createRedaction(secretsOf(config)), files.write)
      await files.removeOthers()
    } catch (error) {
      throw error instanceof UserError ? error : cannotWrite(target, error)
    }
    process.stderr.write(`${visible(name)} (${id}) was exported to ${target}\n`)
  } finally {
    await transfer.close()
  }
}

/** Throws a UserError unless the folder is new, empty, or an export of that agent. */
async function checkFolder(target: string, id: string): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 })
  for (const name of FOLDERS) {
    const found = await lstat(join(target, name)).catch(() => undefined)
    if (found && !found.isDirectory()) throw isOther(target)
  }
  const others = (await readdir(target)).filter((name) => !name.startsWith('.'))
  if (others.length === 0) return
  const readme = await readOwn(join(target, 'README.md'))
  if (readme?.kind !== 'agent' || readme.fields.id !== id) throw isOther(target)
}

async function readOwn(path: string): Promise<ExportedFile | undefined> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isFile() ? readExportedFile(await readFile(path, 'utf8')) : undefined
}

const isOther = (target: string) =>
  new UserError(
    'invalid_argument',
    `${target} holds other files. Name a folder that is empty, does not exist yet, or holds an earlier export of this agent.`,
  )

function createFiles(target: string) {
  const written = new Set<string>()
  const current = new Map<string, { readonly number: number; readonly length: number }>()

  async function write({ file, head, text }: FolderPiece): Promise<void> {
    const last = current.get(file)
    const isNew = last === undefined || last.length + text.length > MAX_LENGTH
    const number = (last?.number ?? 0) + (isNew ? 1 : 0)
    const path = join(target, number === 1 ? `${file}.md` : `${file}+${number}.md`)
    if (isNew) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      // Not written into: a link would lead elsewhere.
      await rm(path, { force: true })
      written.add(path)
    }
    const more = isNew ? head + text : text
    await appendFile(path, more, { mode: 0o600, ...(isNew && { flag: 'ax' }) })
    current.set(file, { number, length: (isNew ? 0 : last.length) + more.length })
  }

  /** Removes files of an earlier export that are in this one no more, and folders that are empty then. */
  async function removeOthers(): Promise<void> {
    for (const name of FOLDERS) {
      const folder = join(target, name)
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
        () => [],
      )
      for (const entry of entries) {
        const path = join(entry.parentPath, entry.name)
        if (!entry.isFile() || !entry.name.endsWith('.md') || written.has(path)) continue
        if (await readOwn(path)) await rm(path)
      }
      const folders = entries.filter((entry) => entry.isDirectory())
      for (const { parentPath, name: inner } of folders.reverse())
        await rmdir(join(parentPath, inner)).catch(() => undefined)
      await rmdir(folder).catch(() => undefined)
    }
  }

  return { write, removeOthers }
}
