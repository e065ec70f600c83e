import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { UserError } from '../../core/errors.ts'
import { BUSY_TIMEOUT_MS, whileBusy } from './driver.ts'

/** A WAL that a checkpoint emptied is cut back to this, so that one busy hour does not occupy the disk for ever. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024

export function createFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // SQLite gives its -wal and -shm files the rights of the file itself.
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    throw cannotOpen(path, error)
  }
}

export type Access = 'read' | 'write'

export async function connect(
  path: string,
  access: Access = 'write',
): Promise<DatabaseHandle.Database> {
  let handle: DatabaseHandle.Database | undefined
  try {
    const opened = new DatabaseHandle(path, {
      timeout: BUSY_TIMEOUT_MS,
      readonly: access === 'read',
    })
    handle = opened
    await whileBusy(() => refuseForeign(path, opened))
    if (access === 'write') {
      await whileBusy(() => opened.pragma('journal_mode = WAL'))
      // better-sqlite3 is built with NORMAL as the default for WAL, which may lose commits when the power fails.
      opened.pragma('synchronous = FULL')
      opened.pragma('foreign_keys = ON')
      opened.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`)
    }
    // SQLite's own knows the letters of ASCII only.
    opened.function('lower', { deterministic: true }, (text) =>
      typeof text === 'string' ? text.toLowerCase() : text,
    )
    return opened
  } catch (error) {
    handle?.close()
    throw error instanceof UserError ? error : cannotOpen(path, error, access)
  }
}

/** What some other program keeps in this file is not ours to add tables to. */
function refuseForeign(path: string, handle: DatabaseHandle.Database): void {
  const tables = handle.prepare('SELECT name FROM sqlite_master').pluck().all()
  if (tables.length === 0 || tables.includes('schema_version')) return
  throw new UserError(
    'unsupported',
    `${path} is a database of another program and was left as it is. Set RECOLLECT_HOME or RECOLLECT_DATABASE_URL to another place.`,
  )
}

function cannotOpen(path: string, error: unknown, access: Access = 'write'): UserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  if (code === 'SQLITE_NOTADB') {
    return new UserError(
      'unsupported',
      `${path} is not a SQLite database and was left as it is. Set RECOLLECT_HOME or RECOLLECT_DATABASE_URL to another place.`,
      { cause: error },
    )
  }
  if (code === 'ERR_DLOPEN_FAILED') {
    return new UserError(
      'unsupported',
      `SQLite can't be loaded: better-sqlite3 was compiled for another platform or version of Node than this one (${process.version}, ${process.platform}-${process.arch}). ` +
        'In a checkout, run npm rebuild better-sqlite3; in Claude Desktop, turn off "Use Built-in Node.js for MCP" or install a bundle that was made for this Node.',
      { cause: error },
    )
  }
  const may = access === 'read' ? 'read' : 'write to'
  return new UserError(
    'unsupported',
    `The data file ${path} can't be opened for ${access === 'read' ? 'reading' : 'writing'} (${code}). ` +
      `Check the rights on its directory, or set RECOLLECT_HOME to a directory that you may ${may}.`,
    { cause: error },
  )
}
