import { closeSync, existsSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type DatabaseHandle from 'better-sqlite3'
import { UserError } from '../../core/errors.ts'
import { BUSY_TIMEOUT_MS, whileBusy } from './driver.ts'
import { codeOf, damaged, diskFull, isDamage, isFull } from './errors.ts'
import { makeDirectory } from './make-directory.ts'
import { loadDriver } from './native.ts'

/**
 * After a checkpoint the WAL is truncated to this size, so that one busy hour does not occupy the disk for ever. Chosen
 * by hand.
 */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024

/** Creates the file and its directory, for this user only, unless they exist. */
export function createFile(path: string): void {
  try {
    makeDirectory(dirname(path))
  } catch (error) {
    throw cannotOpen(path, error)
  }
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw isDirectory(path)
    // SQLite gives -wal and -shm the permissions of the main file. An existing file is not opened here: closing it
    // would drop the POSIX locks that this process holds on it.
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw cannotOpen(path, error)
  }
}

/** `damaged`: read as much as possible, whatever is wrong with the rest. */
export type OpenMode = 'read' | 'write' | 'damaged'

export async function connect(
  path: string,
  mode: OpenMode = 'write',
): Promise<DatabaseHandle.Database> {
  let handle: DatabaseHandle.Database | undefined
  try {
    const Driver = loadDriver()
    const opened = new Driver(path, {
      timeout: BUSY_TIMEOUT_MS,
      readonly: mode !== 'write',
    })
    handle = opened
    if (mode === 'damaged') {
      // A damaged schema entry must not keep other tables from being read.
      opened.pragma('writable_schema = ON')
      return opened
    }
    await whileBusy(() => refuseForeign(path, opened))
    // better-sqlite3 defaults to NORMAL in WAL mode, which can lose commits in a power failure.
    opened.pragma('synchronous = FULL')
    if (mode === 'write') {
      await whileBusy(() => opened.pragma('journal_mode = WAL'))
      opened.pragma('foreign_keys = ON')
      // Overwrites deleted content.
      opened.pragma('secure_delete = ON')
      opened.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`)
    }
    // SQLite's own lower() handles only ASCII.
    opened.function('lower', { deterministic: true }, (text) =>
      typeof text === 'string' ? text.toLowerCase() : text,
    )
    return opened
  } catch (error) {
    handle?.close()
    throw cannotOpen(path, error, mode)
  }
}

/** A file with tables of another program is refused. */
function refuseForeign(path: string, handle: DatabaseHandle.Database): void {
  const tables = handle.prepare('SELECT name FROM sqlite_master').pluck().all()
  if (tables.length === 0 || tables.includes('schema_version')) return
  throw new UserError(
    'unsupported',
    `${path} is a database of another program and was left as it is. Name another file, or set RECOLLECT_HOME or RECOLLECT_DATABASE_URL to another place.`,
  )
}

export function cannotOpen(path: string, error: unknown, mode: OpenMode = 'write'): unknown {
  const cause = error instanceof UserError ? error.cause : error
  if (error instanceof UserError && (error.code === 'busy' || !codeOf(cause).startsWith('SQLITE_')))
    return error
  const code = codeOf(cause) || 'unknown error'
  if (code === 'SQLITE_NOTADB') {
    return new UserError(
      'unsupported',
      `${path} is not a SQLite database, or its first page is damaged, and was left as it is. If it was one, bring back a backup with recollect restore <file>; ` +
        'else set RECOLLECT_HOME or RECOLLECT_DATABASE_URL to another place.',
      { cause },
    )
  }
  if (isDamage(cause)) return damaged(cause)
  if (isFull(cause)) return diskFull(cause)
  if (mode === 'read' && /^SQLITE_(CANTOPEN|READONLY)/.test(code) && existsSync(path)) {
    return new UserError(
      'unsupported',
      `The data file ${path} can't be opened for reading (${code}): SQLite has to write beside it even to read what servers write to. ` +
        'Check the rights on its directory, or copy it to one that you may write to and set RECOLLECT_HOME to that.',
      { cause },
    )
  }
  const may = mode === 'write' ? 'write to' : 'read'
  return new UserError(
    'unsupported',
    `The data file ${path} can't be opened for ${mode === 'write' ? 'writing' : 'reading'} (${code}). ` +
      `Check the rights on its directory, or set RECOLLECT_HOME to a directory that you may ${may}.`,
    { cause },
  )
}

function isDirectory(path: string): UserError {
  return new UserError(
    'unsupported',
    `The data file ${path} can't be opened for writing: it is a directory. Move it away, or set RECOLLECT_HOME or RECOLLECT_DATABASE_URL to another place.`,
  )
}
