import { randomInt } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { UserError } from '../../core/errors.ts'
import { checkIntegrity } from './check-integrity.ts'
import { connect, type OpenMode } from './connections.ts'
import { whileBusy } from './driver.ts'
import { codeOf, inWords } from './errors.ts'
import { COMMITS_AT, GENERATION_AT, MAX_STAMP } from './generation.ts'

/**
 * Makes a consistent, checked, self-contained copy. The read transaction fixes the moment: without one SQLite restarts
 * the backup whenever another connection commits, and never finishes on a busy database.
 */
export async function copyDatabase(path: string, target: string, mode?: OpenMode): Promise<void> {
  createTarget(target)
  try {
    const source = await connect(path, mode)
    try {
      source.exec('BEGIN')
      await whileBusy(() => source.prepare('SELECT count(*) FROM sqlite_master').get())
      await source.backup(target)
    } finally {
      source.close()
    }
    makeOwn(target)
    const problems = await checkFile(target)
    if (problems.length > 0) throw damagedSource(path, problems)
  } catch (error) {
    removeDatabase(target)
    throw inWords(error)
  }
}

/** All defects found in the data. */
export async function checkFile(path: string): Promise<readonly string[]> {
  const handle = await connect(path, 'read')
  try {
    return checkIntegrity(handle)
  } finally {
    handle.close()
  }
}

/**
 * Gives the copy its own stamp, so that the -wal of one file is never applied to another. And sets its journal mode so
 * that it can be read without a -wal, on a read-only medium; opening it for writing makes one.
 */
function makeOwn(path: string): void {
  const file = openSync(path, 'r+')
  try {
    writeSync(file, ROLLBACK_JOURNAL, 0, ROLLBACK_JOURNAL.length, JOURNAL_AT)
    writeNumber(file, COMMITS_AT, 0)
    writeNumber(file, GENERATION_AT, randomInt(1, MAX_STAMP))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Offset of the format versions for writers and readers in SQLite's header. */
const JOURNAL_AT = 18
const ROLLBACK_JOURNAL = Buffer.from([1, 1])

function writeNumber(file: number, at: number, value: number): void {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  writeSync(file, bytes, 0, bytes.length, at)
}

export function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${suffix}`, { force: true })
}

/** Created, for this user only, before anything is copied into it. */
export function createTarget(target: string): void {
  try {
    closeSync(openSync(target, 'wx', 0o600))
  } catch (error) {
    const code = codeOf(error) || 'unknown error'
    throw new UserError(
      'invalid_argument',
      code === 'EEXIST'
        ? `${target} exists already. Name a file that does not exist yet.`
        : `${target} can't be written (${code}). Name a file in a directory that exists and that you may write to.`,
      { cause: error },
    )
  }
}

function damagedSource(path: string, problems: readonly string[]): UserError {
  return new UserError(
    'unsupported',
    `${path} is damaged (${problems[0]}), and a copy of it is no backup, so none was kept. Run recollect doctor; then bring back an older backup with recollect restore <file>, ` +
      `or copy out what can still be read with recollect salvage ${path} <new>.`,
  )
}

/** A free file name for a copy. */
export function freeName(stem: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${stem}.bak` : `${stem}.${number}.bak`
    if (!existsSync(name)) return name
  }
}
