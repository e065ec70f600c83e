import { existsSync, statSync } from 'node:fs'
import type DatabaseHandle from 'better-sqlite3'
import { Kysely, sql } from 'kysely'
import { systemClock } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import { createStorage } from '../create-storage.ts'
import type { Connection } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import { DEFAULT_VECTOR_MEGABYTES } from '../database-settings.ts'
import { MIGRATIONS, type Migration } from '../migrations/index.ts'
import { assertVersion, migrate, versionToRead } from '../migrations/migrate.ts'
import type { Storage } from '../port/store.ts'
import { copyDatabase, freeName } from './backup.ts'
import { readChangeLog } from './change-log.ts'
import { connect, createFile } from './connections.ts'
import { dialect } from './dialect.ts'
import { PATIENCE_MS, sqliteDialect } from './driver.ts'
import { createSearchThread } from './searches.ts'

const VECTOR_BYTES = DEFAULT_VECTOR_MEGABYTES * 1_000_000

/**
 * Opens the file, creating it and its directory for this user alone, and migrates it. Throws a UserError that says
 * what to do when that can't be done. `vectorBytes` is the memory that in-memory vector indexes may take; 0: none are built.
 */
export async function openSqlite(
  path: string,
  migrations: readonly Migration[] = MIGRATIONS,
  vectorBytes = VECTOR_BYTES,
): Promise<Storage> {
  createFile(path)
  const handles: DatabaseHandle.Database[] = []
  const open = async () => {
    const handle = await connect(path)
    handles.push(handle)
    return handle
  }
  // Kysely leaves a connection open that was never used.
  const closeHandles = () => {
    for (const handle of handles) handle.close()
  }
  try {
    const writer = new Kysely<Database>({ dialect: sqliteDialect(await open()) })
    const schemaVersion = await migrate({
      db: writer,
      dialect,
      migrations,
      hasVersionTable,
      backup: (version) => copyDatabase(path, freeName(`${path}.schema-${version}`)),
    })
    const readHandle = await open()
    readHandle.pragma('query_only = ON')
    const reader = new Kysely<Database>({ dialect: sqliteDialect(readHandle) })
    const searchThread = createSearchThread({
      database: path,
      busyMilliseconds: PATIENCE_MS,
      vectorBytes,
    })
    return createStorage({
      dialect,
      reader,
      transact: (work) =>
        writer.transaction().execute(async (trx) => {
          const row = trx.selectFrom('schema_version').select('version')
          assertVersion((await row.executeTakeFirstOrThrow()).version, schemaVersion)
          return work(trx)
        }),
      schemaVersion,
      clock: systemClock,
      snapshot: (work) => readSnapshot(path, work),
      searches: searchThread.searches,
      vectorBytes,
      info: async () => infoOf(path),
      changes: readChangeLog(reader, readHandle),
      backup: (target) => copyDatabase(path, target),
      async close() {
        await searchThread.close()
        await reader.destroy()
        await writer.destroy()
        closeHandles()
      },
    })
  } catch (error) {
    closeHandles()
    throw error
  }
}

/**
 * Opens the file as it is, to read only, beside whoever writes to it. Its `transaction` throws UserError `read_only`.
 * Throws a UserError that says what to do if there is no file, or one of another schema.
 */
export async function openSqliteToRead(path: string, vectorBytes = VECTOR_BYTES): Promise<Storage> {
  if (!existsSync(path)) {
    throw new UserError(
      'not_found',
      `There is no data at ${path}, and nothing is created to be read. Start a server that may write there first, or set RECOLLECT_HOME to where the data is.`,
    )
  }
  const handle = await connect(path, 'read')
  const reader = new Kysely<Database>({ dialect: sqliteDialect(handle) })
  const searchThread = createSearchThread({
    database: path,
    busyMilliseconds: PATIENCE_MS,
    vectorBytes,
  })
  try {
    return createStorage({
      dialect,
      reader,
      transact: null,
      clock: systemClock,
      schemaVersion: await versionToRead({ db: reader, migrations: MIGRATIONS, hasVersionTable }),
      snapshot: (work) => readSnapshot(path, work),
      searches: searchThread.searches,
      vectorBytes,
      info: async () => infoOf(path),
      changes: readChangeLog(reader, handle),
      backup: (target) => copyDatabase(path, target, 'read'),
      async close() {
        await searchThread.close()
        await reader.destroy()
        handle.close()
      },
    })
  } catch (error) {
    handle.close()
    throw error
  }
}

function infoOf(path: string) {
  return { kind: 'sqlite', location: path, bytes: sizeOf(path) + sizeOf(`${path}-wal`) } as const
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

export async function hasVersionTable(db: Connection): Promise<boolean> {
  const { rows } =
    await sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'`.execute(
      db,
    )
  return rows.length > 0
}

export async function readSnapshot<T>(
  path: string,
  work: (db: Kysely<Database>) => Promise<T>,
): Promise<T> {
  const handle = await connect(path, 'read')
  try {
    handle.exec('BEGIN')
    // The moment is that of the first read.
    handle.prepare('SELECT count(*) FROM sqlite_master').get()
    return await work(new Kysely<Database>({ dialect: sqliteDialect(handle) }))
  } finally {
    handle.close()
  }
}
