import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs'
import type DatabaseHandle from 'better-sqlite3'
import { Kysely, sql } from 'kysely'
import { systemClock } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import { changeReads } from '../changes/changes.ts'
import { createStorage } from '../create-storage.ts'
import type { Connection, Dialect } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import { MIGRATIONS, type Migration } from '../migrations/index.ts'
import { assertVersion, migrate, versionToRead } from '../migrations/migrate.ts'
import type { ChangeLog, Storage } from '../port/store.ts'
import { type Access, connect, createFile } from './connections.ts'
import { PATIENCE_MS, sqliteDialect } from './driver.ts'
import { sqliteNumbering } from './numbering.ts'
import { createSearchThread } from './searches.ts'
import { sqliteTextSearch } from './text-search.ts'
import { sqliteVectors } from './vector-tables.ts'

/** For the mirrors of vectors, where nobody says otherwise. */
const VECTOR_BYTES = 256_000_000

export const dialect: Dialect = {
  textSearch: sqliteTextSearch,
  vectors: sqliteVectors,
  rowNumber: sql`INTEGER PRIMARY KEY AUTOINCREMENT`,
  withoutRows: sql`WITHOUT ROWID`,
  bytes: sql`BLOB`,
  numbering: sqliteNumbering,
  changeOrder: sql``,
  lower: (text) => sql<string>`lower(${text})`,
  locksRows: false,
}

/**
 * Opens the file, creating it and its directory for this user alone, and migrates it. Throws a UserError that says
 * what to do when that can't be done. `vectorBytes` is the memory that mirrors of vectors may take; 0: none.
 */
export async function openSqlite(
  path: string,
  migrations: readonly Migration[] = MIGRATIONS,
  vectorBytes = VECTOR_BYTES,
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
      backup: (version) => copyDatabase(path, freeName(`${path}.schema-${version}`)),
    })
    const readHandle = await connect(path)
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
      changes: { ...changeReads(reader), ...watchDataVersion(readHandle) },
      backup: (target) => copyDatabase(path, target),
      async close() {
        await searchThread.close()
        await reader.destroy()
        await writer.destroy()
        // Kysely leaves a connection open that was never used.
        readHandle.close()
        writeHandle.close()
      },
    })
  } catch (error) {
    writeHandle.close()
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
      changes: { ...changeReads(reader), ...watchDataVersion(handle) },
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

/**
 * Asked on a connection that only reads, to which this process's own commits are another connection's; ten times a
 * second, for as long as the process lives.
 */
function watchDataVersion(
  handle: DatabaseHandle.Database,
): Pick<ChangeLog, 'mayHaveChanged' | 'onNotice'> {
  const read = handle.prepare('PRAGMA data_version').pluck()
  let dataVersion: unknown
  return {
    mayHaveChanged() {
      const before = dataVersion
      dataVersion = read.get()
      return dataVersion !== before
    },
    // Processes that share a file tell each other nothing.
    onNotice() {},
  }
}

export async function hasVersionTable(db: Connection): Promise<boolean> {
  const { rows } =
    await sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'`.execute(
      db,
    )
  return rows.length > 0
}

/**
 * A copy of one moment. The read transaction holds that moment: without one, SQLite begins the copy anew whenever
 * another connection commits, and does not finish as long as somebody works.
 */
async function copyDatabase(path: string, target: string, access?: Access): Promise<void> {
  createTarget(target)
  try {
    const source = await connect(path, access)
    try {
      source.exec('BEGIN')
      source.prepare('SELECT count(*) FROM sqlite_master').get()
      await source.backup(target)
    } finally {
      source.close()
    }
  } catch (error) {
    rmSync(target, { force: true })
    throw error
  }
}

/** Made before anything is copied into it, so that nobody else can read it meanwhile. */
function createTarget(target: string): void {
  try {
    closeSync(openSync(target, 'wx', 0o600))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new UserError(
      'invalid_argument',
      code === 'EEXIST'
        ? `${target} exists already. Name a file that does not exist yet.`
        : `${target} can't be written (${code}). Name a file in a directory that exists and that you may write to.`,
      { cause: error },
    )
  }
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

function freeName(stem: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${stem}.bak` : `${stem}.${number}.bak`
    if (!existsSync(name)) return name
  }
}
