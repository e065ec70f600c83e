import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { Kysely, sql } from 'kysely'
import { UserError } from '../../core/errors.ts'
import { createStorage } from '../create-storage.ts'
import type { Connection, Dialect } from '../dialect.ts'
import { migrate } from '../migrate.ts'
import { MIGRATIONS, type Migration } from '../migrations/index.ts'
import type { Database } from '../schema.ts'
import type { Storage } from '../store.ts'
import { BUSY_TIMEOUT_MS, sqliteDialect, whileBusy } from './driver.ts'
import { sqliteTextSearch } from './text-search.ts'

/** A WAL that a checkpoint emptied is cut back to this, so that one busy hour does not occupy the disk for ever. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024

const dialect: Dialect = {
  textSearch: sqliteTextSearch,
  rowNumber: sql`INTEGER PRIMARY KEY AUTOINCREMENT`,
}

/**
 * Opens the file, creating it and its directory for this user alone, and migrates it. Throws a UserError that says
 * what to do when that can't be done.
 */
export async function openSqlite(
  path: string,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<Storage> {
  createFile(path)
  const writeHandle = await connect(path)
  const writer = new Kysely<Database>({ dialect: sqliteDialect(writeHandle) })
  try {
    const schemaVersion = await migrate({
      db: writer,
      dialect,
      migrations,
      hasVersionTable,
      backup: (version) => backup(writeHandle, freeName(`${path}.schema-${version}`)),
    })
    const readHandle = await connect(path)
    readHandle.pragma('query_only = ON')
    const reader = new Kysely<Database>({ dialect: sqliteDialect(readHandle) })
    let dataVersion: unknown
    return createStorage({
      dialect,
      reader,
      writer,
      schemaVersion,
      info: { kind: 'sqlite', location: path },
      // Asked on the reader, to which this process's own commits are another connection's.
      mayHaveChanged() {
        const before = dataVersion
        dataVersion = readHandle.pragma('data_version', { simple: true })
        return dataVersion !== before
      },
      async backup(target) {
        if (existsSync(target)) {
          throw new UserError(
            'invalid_argument',
            `${target} exists already. Name a file that does not exist yet.`,
          )
        }
        await backup(readHandle, target)
      },
      async close() {
        await reader.destroy()
        await writer.destroy()
      },
    })
  } catch (error) {
    await writer.destroy()
    throw error
  }
}

function createFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // SQLite gives its -wal and -shm files the rights of the file itself.
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    throw cannotOpen(path, error)
  }
}

async function connect(path: string): Promise<DatabaseHandle.Database> {
  try {
    const handle = new DatabaseHandle(path, { timeout: BUSY_TIMEOUT_MS })
    await whileBusy(() => handle.pragma('journal_mode = WAL'))
    // better-sqlite3 is built with NORMAL as the default for WAL, which may lose commits when the power fails.
    handle.pragma('synchronous = FULL')
    handle.pragma('foreign_keys = ON')
    handle.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`)
    return handle
  } catch (error) {
    throw error instanceof UserError ? error : cannotOpen(path, error)
  }
}

function cannotOpen(path: string, error: unknown): UserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  if (code === 'SQLITE_NOTADB') {
    return new UserError(
      'unsupported',
      `${path} is not a SQLite database and was left as it is. Set RECOLLECT_HOME or RECOLLECT_DATABASE_URL to another place.`,
      { cause: error },
    )
  }
  return new UserError(
    'unsupported',
    `The data file ${path} can't be opened for writing (${code}). ` +
      'Check the rights on its directory, or set RECOLLECT_HOME to a directory that you may write to.',
    { cause: error },
  )
}

async function hasVersionTable(db: Connection): Promise<boolean> {
  const { rows } =
    await sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'`.execute(
      db,
    )
  return rows.length > 0
}

async function backup(handle: DatabaseHandle.Database, target: string): Promise<void> {
  await handle.backup(target)
  chmodSync(target, 0o600)
}

function freeName(stem: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${stem}.bak` : `${stem}.${number}.bak`
    if (!existsSync(name)) return name
  }
}
