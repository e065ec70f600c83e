import { HandleEmptyInListsPlugin, Kysely, replaceWithNoncontingentExpression, sql } from 'kysely'
import type pg from 'pg'
import { UserError } from '../../core/errors.ts'
import { createStorage } from '../create-storage.ts'
import type { Connection } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import { MIGRATIONS, type Migration } from '../migrations/index.ts'
import { type MigrateOptions, migrate, versionToRead } from '../migrations/migrate.ts'
import type { Storage } from '../port/store.ts'
import { forgetForeignChanges, readChangeLog } from './change-log.ts'
import { checkServer, checkVector, hasVersionTable, refuseForeign } from './check-server.ts'
import { createClient, createPool, type Reach } from './connections.ts'
import { createPostgresDialect, evenOut, unicodeCollation } from './dialect.ts'
import { type DriverOptions, postgresDialect } from './driver.ts'
import { inWords } from './errors.ts'
import { createNotices } from './notices.ts'
import { renamedTables } from './renamed-tables.ts'
import { createSearches, type SetSizes } from './searches.ts'
import { startServerClock } from './server-clock.ts'
import { statementNames } from './statement-names.ts'
import { transact } from './transact.ts'

export interface PostgresOptions {
  readonly reach: Reach
  /** Direct connection for notices, past any pooler; absent: the same as the other connections. Null: no listening. */
  readonly listenAt?: Reach | null | undefined
  /** A pooler stands before it, so the server keeps no statements for a session. */
  readonly hasPooler?: boolean
  /** Maximum number of connections, without the listening one. */
  readonly connections: number
  /** For people; without credentials. */
  readonly location: string
  /** Called with errors of background work. */
  readonly onError?: ((error: unknown) => void) | undefined
  readonly migrations?: readonly Migration[]
  /** Set sizes at which the search strategy changes; absent: measured defaults. */
  readonly setSizes?: SetSizes | undefined
}

/** Concurrent exports and the like, which may take long. Chosen by hand. */
const MAX_SNAPSHOTS = 2
/** Transactions that hold back the change log usually end soon. Chosen by hand. */
const UNSETTLED_MILLISECONDS = 10
/** Key of the advisory lock for migrations: any number that other programs will not use. */
const MIGRATION_LOCK = 7_305_112_680_114

/** Connects and migrates the first schema of the user's search path. Throws UserError, with the fix, if that fails. */
export async function openPostgres(options: PostgresOptions): Promise<Storage> {
  return connect(options, async (db, collation) => {
    const schemaVersion = await prepareSchema(db, collation, {
      migrations: options.migrations ?? MIGRATIONS,
    })
    await forgetForeignChanges(db)
    return { schemaVersion, writes: true }
  })
}

/** Creates the tables if needed and migrates them. */
export async function prepareSchema(
  db: Kysely<Database>,
  collation: string,
  options: Pick<MigrateOptions, 'migrations' | 'acceptsUnfinished'>,
): Promise<number> {
  await checkVector(db)
  await refuseForeign(db)
  return migrate({
    ...options,
    db,
    dialect: createPostgresDialect(collation),
    hasVersionTable,
    // One of several servers that start at once migrates; the others wait here and find it done.
    async lock(trx) {
      await sql`SET LOCAL statement_timeout = 0`.execute(trx)
      await sql`SET LOCAL idle_in_transaction_session_timeout = 0`.execute(trx)
      await sql`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(trx)
    },
    backup: async () => {},
    evenOut,
  })
}

/** Connects read-only, without migrating. `transaction` throws UserError `read_only`. */
export async function openPostgresToRead(options: PostgresOptions): Promise<Storage> {
  return connect(options, async (db) => {
    const migrations = options.migrations ?? MIGRATIONS
    if (!(await hasVersionTable(db))) {
      throw new UserError(
        'not_found',
        `There is no data at ${options.location}, and nothing is created to be read. Start a server that may write there first, or name the right database in RECOLLECT_DATABASE_URL.`,
      )
    }
    return {
      schemaVersion: await versionToRead({ db, migrations, hasVersionTable }),
      writes: false,
    }
  })
}

interface Prepared {
  readonly schemaVersion: number
  readonly writes: boolean
}

async function connect(
  {
    reach,
    listenAt = reach,
    hasPooler = listenAt === null,
    connections,
    location,
    onError,
    setSizes,
  }: PostgresOptions,
  prepare: (db: Kysely<Database>, collation: string) => Promise<Prepared>,
): Promise<Storage> {
  const pool = createPool({ reach, most: connections })
  const names = hasPooler ? undefined : statementNames()
  const db = kyselyOver(pool, { names })
  try {
    await checkServer(db)
    const collation = await unicodeCollation(db)
    const { schemaVersion, writes } = await prepare(db, collation)
    const writer = kyselyOver(pool, { schemaVersion, names })
    const snapshots = kyselyOver(createPool({ reach, most: MAX_SNAPSHOTS }))
    const clock = await startServerClock(pool)
    const notices = createNotices({ pool, listenAt, channel: await channelOf(db) })
    const searches = createSearches({
      db,
      connect: writes && listenAt ? () => createClient(listenAt) : null,
      onError: onError ?? (() => undefined),
      sizes: setSizes,
    })
    return createStorage({
      dialect: createPostgresDialect(collation),
      reader: db,
      transact: writes ? (work) => transact(writer, work) : null,
      schemaVersion,
      clock: clock.now,
      snapshot: (work) => readSnapshot(snapshots, work),
      searches,
      // pgvector keeps its indexes on the server.
      vectorBytes: 0,
      info: async () => ({ kind: 'postgres', location, bytes: await sizeOf(db) }),
      changes: {
        ...readChangeLog(db, () => setTimeout(notices.note, UNSETTLED_MILLISECONDS).unref()),
        mayHaveChanged: notices.heard,
        onNotice: notices.onNote,
        committed: notices.tell,
      },
      backup: refuseBackup,
      // PostgreSQL has its own checks (page checksums, amcheck) for the operator.
      check: async () => [],
      async close() {
        clock.close()
        await searches.close()
        await notices.close()
        await snapshots.destroy()
        await db.destroy()
      },
    })
  } catch (error) {
    await pool.end()
    throw inWords(error)
  }
}

export function readSnapshot<T>(
  db: Kysely<Database>,
  work: (db: Kysely<Database>) => Promise<T>,
): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      await sql`SET LOCAL idle_in_transaction_session_timeout = 0`.execute(trx)
      return work(trx)
    })
}

/** Write transactions fail to begin if the schema has another version. */
export function kyselyOver(pool: pg.Pool, options: DriverOptions = {}): Kysely<Database> {
  return new Kysely<Database>({
    dialect: postgresDialect(pool, options),
    // PostgreSQL has no empty lists.
    plugins: [
      new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression }),
      renamedTables(),
    ],
  })
}

async function channelOf(db: Connection): Promise<string> {
  const { rows } = await sql<{ name: string }>`SELECT current_schema() AS name`.execute(db)
  // PostgreSQL truncates names at 63 bytes.
  return `recollect_${(rows[0]?.name ?? '').replaceAll(/[^a-z0-9_]/gi, '_')}`.slice(0, 60)
}

async function sizeOf(db: Connection): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    SELECT coalesce(sum(pg_total_relation_size(oid)), 0) AS bytes FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'm')`.execute(db)
  return rows[0]?.bytes ?? 0
}

async function refuseBackup(): Promise<never> {
  throw new UserError(
    'unsupported',
    'PostgreSQL makes copies with its own tools: run pg_dump --format=custom --file=<file> <address>.',
  )
}
