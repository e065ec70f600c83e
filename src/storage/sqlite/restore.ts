import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../../core/errors.ts'
import { MIGRATIONS } from '../migrations/index.ts'
import { checkFile, copyDatabase, removeDatabase } from './backup.ts'
import { connect } from './connections.ts'
import { codeOf, isBusy } from './errors.ts'
import { holdAlone } from './hold.ts'
import { makeDirectory } from './make-directory.ts'
import { dated, examineFiles, type Tell } from './settle-files.ts'

const READY = '.restore'
const PART = '.restore-part'

export interface Restored {
  /** Path of the replaced data; undefined: there was none. */
  readonly kept: string | undefined
}

/**
 * Replaces the data with a backup. The backup is first copied beside the data and checked, so a bad one changes
 * nothing; then files are renamed. If this process is killed in between, the next one that opens the data finishes the
 * job.
 */
export async function restoreSqlite(file: string, place: string, now: Date): Promise<Restored> {
  const path = existsSync(place) ? realpathSync(place) : place
  await assertBackup(file, path)
  makeDirectory(dirname(path))
  const hold = holdAlone(path)
  if (hold === undefined) throw atWork()
  try {
    for (const name of restoresOf(path, PART)) removeDatabase(name)
    finishRestore(path)
    await assertUnused(path)
    const date = freeDate(path, now)
    const part = `${path}.${date}${PART}`
    await copyDatabase(file, part, 'read')
    renameSync(part, `${path}.${date}${READY}`)
    const kept = finishRestore(path)
    const problems = await checkFile(path)
    if (problems.length > 0) throw new Error(`the restored file is damaged: ${problems[0]}`)
    return { kept }
  } finally {
    hold.release()
  }
}

/**
 * Requires that no other process has the data open. Every step is idempotent. Returns the path of the replaced data.
 */
export function finishRestore(path: string, tell: Tell = () => {}): string | undefined {
  let keptAs: string | undefined
  for (const ready of restoresOf(path, READY)) {
    const kept = `${ready.slice(0, -READY.length)}.replaced`
    if (existsSync(path) && !existsSync(kept)) renameSync(path, kept)
    // Renamed along with its file, so that both can be opened together.
    if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${kept}-wal`)
    rmSync(`${path}-shm`, { force: true })
    renameSync(ready, path)
    syncDirectory(dirname(path))
    keptAs = existsSync(kept) ? kept : undefined
    tell(
      `A restore that had been stopped half-way was finished: ${path} is the backup now` +
        `${keptAs ? `, and what was there before is ${keptAs}` : ''}.`,
    )
  }
  return keptAs
}

function restoresOf(path: string, ending: string): readonly string[] {
  const directory = dirname(path)
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith(ending))
    .sort()
    .map((name) => join(directory, name))
}

function freeDate(path: string, now: Date): string {
  for (let number = 0; ; number += 1) {
    const date = dated(now, number)
    if (!existsSync(`${path}.${date}.replaced`)) return date
  }
}

async function assertBackup(file: string, path: string): Promise<void> {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found?.isFile()) {
    throw new UserError(
      'not_found',
      `There is no file ${file}. Name one that recollect backup wrote; recollect doctor lists those beside the data.`,
    )
  }
  if (existsSync(path) && realpathSync(file) === path) {
    throw new UserError('invalid_argument', `${file} is the data itself. Name a backup of it.`)
  }
  const handle = await connect(file, 'read').catch((error: unknown) => {
    throw isNoDatabase(error) ? notABackup(file, error) : error
  })
  try {
    const hasVersion = handle
      .prepare("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'")
      .get()
    const version = hasVersion
      ? Number(handle.prepare('SELECT version FROM schema_version').pluck().get())
      : 0
    if (version > 0 && version <= MIGRATIONS.length) return
    throw new UserError(
      'unsupported',
      version > MIGRATIONS.length
        ? `${file} was written by a newer Recollect (schema ${version}; this one knows ${MIGRATIONS.length}), so it was not put in place. Update Recollect first.`
        : `${file} holds no finished data of Recollect, so it was not put in place. Name a file that recollect backup wrote.`,
    )
  } finally {
    handle.close()
  }
}

function isNoDatabase(error: unknown): boolean {
  return error instanceof UserError && codeOf(error.cause) === 'SQLITE_NOTADB'
}

function notABackup(file: string, cause: unknown): UserError {
  return new UserError(
    'unsupported',
    `${file} is not a SQLite database, or its first page is damaged, so it was not put in place. Name a file that recollect backup wrote.`,
    { cause },
  )
}

/** Checks for programs that ignore our lock, too: an older Recollect, or the sqlite3 shell. */
async function assertUnused(path: string): Promise<void> {
  // Opening a file beside a foreign -wal would mix the two.
  if (!existsSync(path) || statSync(path).size === 0 || examineFiles(path).kind !== 'fits') return
  const handle = await connect(path).catch(() => undefined)
  try {
    // This needs exclusive access.
    handle?.pragma('journal_mode = DELETE')
  } catch (error) {
    if (isBusy(error)) throw atWork()
    // Damaged data is a reason for a restore, so its errors are ignored.
  } finally {
    handle?.close()
  }
}

function atWork(): UserError {
  return new UserError(
    'conflict',
    'A server or another program has the data open, so nothing was changed. Stop all of them (clients that started one, too), then run this again.',
  )
}

function syncDirectory(directory: string): void {
  // Windows can't open directories.
  if (process.platform === 'win32') return
  const opened = openSync(directory, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}
