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
import { migrate, versionToRead } from '../migrations/migrate.ts'
import type { Storage } from '../port/store.ts'
import { checkFile, copyDatabase, freeName } from './backup.ts'
import { readChangeLog } from './change-log.ts'
import { createCheckpoints } from './checkpoints.ts'
import { connect, type OpenMode } from './connections.ts'
import { dialect } from './dialect.ts'
import { PATIENCE_MS, sqliteDialect, whileBusy } from './driver.ts'
import { createEraser } from './erase.ts'
import { inWords, isFull } from './errors.ts'
import { createExplanation } from './explain-failure.ts'
import { guarded } from './guard.ts'
import { holdData } from './hold.ts'
import { createKnownWords } from './known-words.ts'
import { schemaCheck } from './schema-check.ts'
import { beginSession, endSession, generationOf } from './session.ts'
import { examineFiles, type Tell } from './settle-files.ts'
import { createSearches } from './small-searches.ts'
import { followLinks, takeFile } from './take-file.ts'
import { createTextSearch } from './text-search.ts'
import { type FileWatch, watchFile } from './watch-file.ts'

const VECTOR_BYTES = DEFAULT_VECTOR_MEGABYTES * 1_000_000

export const tellOnStderr: Tell = (sentence) => process.stderr.write(`recollect: ${sentence}\n`)

/**
 * Opens the file, creating it and its directory for this user only, and migrates it. Throws UserError, with the fix, if
 * that fails. `vectorBytes` is the memory budget of in-memory vector indexes; 0: none are built. `tell` receives
 * findings about files beside the data, and later a report if the file disappears.
 */
export async function openSqlite(
  given: string,
  migrations: readonly Migration[] = MIGRATIONS,
  vectorBytes = VECTOR_BYTES,
  tell = tellOnStderr,
): Promise<Storage> {
  const path = followLinks(given)
  const hold = await takeFile(path, tell)
  const handles: DatabaseHandle.Database[] = []
  const open = async (mode: OpenMode) => {
    const handle = await connect(path, mode)
    handles.push(handle)
    return handle
  }
  // Kysely does not close a connection that was never used.
  const closeHandles = () => {
    for (const handle of handles) handle.close()
  }
  let watch: FileWatch | undefined
  try {
    const writeHandle = await open('write')
    const writer = new Kysely<Database>({
      dialect: sqliteDialect(writeHandle, () => watch?.assertThere()),
    })
    const schemaVersion = await migrate({
      db: writer,
      dialect,
      migrations,
      hasVersionTable,
      backup: (version) => copyDatabase(path, freeName(`${path}.schema-${version}`)),
    })
    if (hold.isAlone) beginIfThereIsSpace(writeHandle)
    await hold.share()
    const readHandle = await open('read')
    readHandle.pragma('query_only = ON')
    const watching = watchFile(path, generationOf(writeHandle), tell)
    watch = watching
    const reader = new Kysely<Database>({ dialect: sqliteDialect(readHandle) })
    const known = createKnownWords()
    const eraser = createEraser(writer, { ...dialect, textSearch: createTextSearch(known) })
    const checkpoints = createCheckpoints(writeHandle)
    const searchThread = createSearches({
      database: path,
      busyMilliseconds: PATIENCE_MS,
      vectorBytes,
    })
    const changes = readChangeLog(reader, readHandle)
    const assertSchema = schemaCheck(writeHandle, schemaVersion, known.clear)
    const storage = createStorage({
      dialect: eraser.dialect,
      reader,
      async transact(work) {
        let keepWords = () => {}
        const result = await writer.transaction().execute(async (trx) => {
          assertSchema()
          keepWords = known.begin()
          return work(trx)
        })
        keepWords()
        eraser.committed()
        checkpoints.committed()
        return result
      },
      schemaVersion,
      clock: systemClock,
      snapshot: (work) => readSnapshot(path, work),
      searches: searchThread.searches,
      vectorBytes,
      info: async () => infoOf(path),
      changes: {
        ...changes,
        mayHaveChanged() {
          watching.look()
          return changes.mayHaveChanged()
        },
      },
      backup: (target) => copyDatabase(path, target),
      check: () => checkFile(path),
      async close() {
        eraser.stop()
        await checkpoints.close()
        await searchThread.close()
        watching.look()
        // The last connection to close deletes the -wal of that name, which would now belong to another file; a
        // read-only connection does not.
        if (watching.isReplaced) writeHandle.close()
        await reader.destroy()
        readHandle.close()
        if (writeHandle.open && hold.tryAlone()) endIfThereIsSpace(writeHandle)
        await writer.destroy()
        closeHandles()
        watching.close()
        hold.release()
      },
    })
    return guarded(storage, createExplanation(path))
  } catch (error) {
    closeHandles()
    watch?.close()
    hold.release()
    throw error
  }
}

/** On a full disk the data can still be read. */
function beginIfThereIsSpace(handle: DatabaseHandle.Database): void {
  try {
    beginSession(handle)
  } catch (error) {
    if (handle.inTransaction) handle.exec('ROLLBACK')
    if (!isFull(error)) throw inWords(error)
  }
}

export function endIfThereIsSpace(handle: DatabaseHandle.Database): void {
  try {
    endSession(handle)
  } catch {
    // The next process that opens the file continues with the -wal.
    if (handle.inTransaction) handle.exec('ROLLBACK')
  }
}

/**
 * Opens the file read-only, without migrating, while others may write to it. `transaction` throws UserError
 * `read_only`. Throws UserError, with the fix, if there is no file or it has another schema version.
 */
export async function openSqliteToRead(
  given: string,
  vectorBytes = VECTOR_BYTES,
): Promise<Storage> {
  const path = followLinks(given)
  if (!existsSync(path)) {
    throw new UserError(
      'not_found',
      `There is no data at ${path}, and nothing is created to be read. Start a server that may write there first, or set RECOLLECT_HOME to where the data is.`,
    )
  }
  const hold = await holdData(path)
  let handle: DatabaseHandle.Database | undefined
  try {
    if (hold.isAlone) refuseUnsettled(path)
    const opened = await connect(path, 'read')
    handle = opened
    await hold.share()
    const reader = new Kysely<Database>({ dialect: sqliteDialect(opened) })
    const searchThread = createSearches({
      database: opened.name,
      busyMilliseconds: PATIENCE_MS,
      vectorBytes,
    })
    const storage = createStorage({
      dialect,
      reader,
      transact: null,
      clock: systemClock,
      schemaVersion: await versionToRead({ db: reader, migrations: MIGRATIONS, hasVersionTable }),
      snapshot: (work) => readSnapshot(path, work),
      searches: searchThread.searches,
      vectorBytes,
      info: async () => infoOf(path),
      changes: readChangeLog(reader, opened),
      backup: (target) => copyDatabase(path, target, 'read'),
      check: () => checkFile(path),
      async close() {
        await searchThread.close()
        await reader.destroy()
        opened.close()
        hold.tryAlone()
        hold.release()
      },
    })
    return guarded(storage, createExplanation(path))
  } catch (error) {
    handle?.close()
    hold.tryAlone()
    hold.release()
    throw error
  }
}

/** Repairing files would be a write. */
function refuseUnsettled(path: string): void {
  const { kind } = examineFiles(path)
  if (kind !== 'foreign' && kind !== 'orphan') return
  throw new UserError(
    'unsupported',
    `The -wal beside ${path} belongs to another file, as after a backup was put in its place by hand, so it is not read. Start a server that may write there once, which puts the -wal aside.`,
  )
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
    // The first read fixes the snapshot.
    await whileBusy(() => handle.prepare('SELECT count(*) FROM sqlite_master').get())
    return await work(new Kysely<Database>({ dialect: sqliteDialect(handle) }))
  } finally {
    handle.close()
  }
}
