import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type Dialect as KyselyDialect,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import type pg from 'pg'
import { assertVersion } from '../migrations/migrate.ts'
import { markWriter } from './change-log.ts'
import {
  IDLE_IN_TRANSACTION_MILLISECONDS,
  STATEMENT_MILLISECONDS,
  whileDisconnected,
} from './connections.ts'
import { CommitUnknown, isDisconnection, isLostStatement } from './errors.ts'
import type { StatementNames } from './statement-names.ts'

/**
 * A Kysely dialect over a pool. It uses no session state, so a transaction pooler may stand in between: settings are
 * made in the statement that begins a transaction, and statements are named only with `names`. With `schemaVersion`, a
 * write transaction fails to begin if the schema has another version.
 */
export function postgresDialect(
  pool: pg.Pool,
  { schemaVersion, names }: DriverOptions = {},
): KyselyDialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createDriver: () => createDriver(pool, schemaVersion, names),
  }
}

export interface DriverOptions {
  readonly schemaVersion?: number | undefined
  /** Absent: no statement is named. */
  readonly names?: StatementNames | undefined
}

/** Outside a transaction, each query takes any free connection. */
interface Connection extends DatabaseConnection {
  transaction: { readonly client: pg.PoolClient; readonly id: string | null } | undefined
  broken: boolean
}

function createDriver(
  pool: pg.Pool,
  schemaVersion: number | undefined,
  names: StatementNames | undefined,
): Driver {
  return {
    async init() {},
    async acquireConnection() {
      return createConnection(pool, names)
    },
    async beginTransaction(connection, settings) {
      const own = ours(connection)
      const client = await pool.connect()
      try {
        own.transaction = { client, id: await begin(client, settings, schemaVersion) }
      } catch (error) {
        client.release(true)
        throw error
      }
    },
    async commitTransaction(connection) {
      const own = ours(connection)
      try {
        await own.transaction?.client.query('COMMIT')
      } catch (error) {
        own.broken ||= isDisconnection(error)
        const id = own.transaction?.id
        throw own.broken && id ? new CommitUnknown(id, error) : error
      }
    },
    async rollbackTransaction(connection) {
      const own = ours(connection)
      try {
        if (!own.broken) await own.transaction?.client.query('ROLLBACK')
      } catch {
        // Without its connection the server rolls back on its own.
        own.broken = true
      }
    },
    async releaseConnection(connection) {
      const own = ours(connection)
      own.transaction?.client.release(own.broken)
      own.transaction = undefined
    },
    async destroy() {
      await pool.end()
    },
  }
}

/** One round trip. Returns the transaction id, to find out later whether it committed. */
async function begin(
  client: pg.PoolClient,
  { isolationLevel = 'read committed', accessMode }: TransactionSettings,
  schemaVersion: number | undefined,
): Promise<string | null> {
  const reads = accessMode === 'read only'
  const asksVersion = !reads && schemaVersion !== undefined
  const results: unknown = await client.query(
    `BEGIN ISOLATION LEVEL ${isolationLevel} ${reads ? 'READ ONLY' : 'READ WRITE'};
     SET LOCAL statement_timeout = ${STATEMENT_MILLISECONDS};
     SET LOCAL idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MILLISECONDS};
     SELECT ${reads ? 'NULL AS id' : `${markWriter}, pg_current_xact_id()::text AS id`},
       ${asksVersion ? '(SELECT version FROM schema_version)' : 'NULL'} AS version`,
  )
  const last = (results as readonly pg.QueryResult<Begun>[]).at(-1)
  const begun = last?.rows[0]
  if (asksVersion) assertVersion(begun?.version ?? 0, schemaVersion)
  return begun?.id ?? null
}

interface Begun {
  readonly id: string | null
  readonly version: number | null
}

function createConnection(pool: pg.Pool, names: StatementNames | undefined): Connection {
  const asked = (query: CompiledQuery) => ({
    name: names?.nameOf(query),
    text: query.sql,
    values: [...query.parameters],
  })
  async function read(query: () => Promise<pg.QueryResult>): Promise<pg.QueryResult> {
    try {
      return await whileDisconnected(query)
    } catch (error) {
      if (!names || !isLostStatement(error)) throw error
      names.stop()
      return await whileDisconnected(query)
    }
  }

  const connection: Connection = {
    transaction: undefined,
    broken: false,
    async executeQuery<R>(query: CompiledQuery) {
      const { transaction } = connection
      // Reads can be repeated.
      if (!transaction) return toResult<R>(await read(() => pool.query(asked(query))))
      try {
        return toResult<R>(await transaction.client.query(asked(query)))
      } catch (error) {
        connection.broken ||= isDisconnection(error)
        // The transaction is run again, as after a conflict.
        if (isLostStatement(error)) names?.stop()
        throw error
      }
    },
    // biome-ignore lint/correctness/useYield: refuses
    async *streamQuery() {
      throw new Error('streaming queries are not used')
    },
  }
  return connection
}

function toResult<R>({ command, rowCount, rows }: pg.QueryResult): QueryResult<R> {
  const changes = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(command)
  return {
    rows: rows as R[],
    ...(changes && rowCount !== null && { numAffectedRows: BigInt(rowCount) }),
  }
}

/** Kysely returns the object that `acquireConnection` created. */
function ours(connection: DatabaseConnection): Connection {
  return connection as Connection
}
