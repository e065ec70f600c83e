import type DatabaseHandle from 'better-sqlite3'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type Dialect as KyselyDialect,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { createMutex } from '../database/mutex.ts'
import { inWords, isBusy } from './errors.ts'
import { commitStamps } from './session.ts'

/** How long SQLite itself waits for another process's lock. It blocks the event loop, so hardly. Chosen by hand. */
export const BUSY_TIMEOUT_MS = 2
/** How long to retry, without blocking, before the caller gets an error. Chosen by hand. */
export const PATIENCE_MS = 15_000
/** Between two tries: other processes hold the lock for some milliseconds. Chosen by hand. */
const MAX_PAUSE_MS = 40
const MAX_STATEMENTS = 512
/** better-sqlite3 lets nothing write to FTS5's own tables, save for statements that run in its unsafe mode. */
const OF_WORD_INDEX = /^\s*UPDATE\s+"\w+_words_idx"/

/**
 * A better-sqlite3 connection as a Kysely dialect. Kysely's own driver begins transactions deferred, which fails at the
 * first write after a read if another process wrote in between. This one takes the write lock at BEGIN and retries
 * asynchronously while another process holds it. Only BEGIN is retried, since it has no effects. `assertWritable` is
 * called at both ends of a transaction, and throws if nothing may be written.
 */
export function sqliteDialect(
  handle: DatabaseHandle.Database,
  assertWritable: () => void = () => {},
): KyselyDialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createDriver: () => createDriver(handle, assertWritable),
  }
}

function createDriver(handle: DatabaseHandle.Database, assertWritable: () => void): Driver {
  const stamps = commitStamps(handle)
  const connection = createConnection(handle, stamps.written)
  let begin: DatabaseHandle.Statement | undefined
  const mutex = createMutex()
  return {
    async init() {},
    async acquireConnection() {
      await mutex.lock()
      return connection
    },
    async releaseConnection() {
      mutex.unlock()
    },
    async beginTransaction() {
      assertWritable()
      begin ??= handle.prepare('BEGIN IMMEDIATE')
      const statement = begin
      await whileBusy(() => statement.run())
    },
    async commitTransaction() {
      assertWritable()
      inOwnWords(() => handle.exec(stamps.commit()))
    },
    async rollbackTransaction() {
      // After some errors, such as a full disk, SQLite has already rolled back.
      if (handle.inTransaction) handle.exec('ROLLBACK')
    },
    async destroy() {
      handle.close()
    },
  }
}

function createConnection(
  handle: DatabaseHandle.Database,
  onWrite: () => void,
): DatabaseConnection {
  const statements = new Map<string, DatabaseHandle.Statement>()
  function prepare(text: string): DatabaseHandle.Statement {
    const known = statements.get(text)
    if (known) return known
    if (statements.size >= MAX_STATEMENTS) statements.clear()
    const statement = handle.prepare(text)
    statements.set(text, statement)
    return statement
  }
  function execute<R>(query: CompiledQuery): QueryResult<R> {
    if (!OF_WORD_INDEX.test(query.sql)) return run(query)
    handle.unsafeMode(true)
    try {
      return run(query)
    } finally {
      handle.unsafeMode(false)
    }
  }
  function run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    const statement = prepare(sql)
    if (!statement.readonly) onWrite()
    if (statement.reader) return { rows: statement.all(parameters) as R[] }
    const { changes, lastInsertRowid } = statement.run(parameters)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }
  return {
    async executeQuery<R>(query: CompiledQuery) {
      return handle.inTransaction
        ? inOwnWords(() => execute<R>(query))
        : await whileBusy(() => execute<R>(query))
    },
    // An open iterator would hold a read transaction across awaits, and the WAL would grow without bound.
    // biome-ignore lint/correctness/useYield: refuses
    async *streamQuery() {
      throw new Error('streaming queries are not used')
    },
  }
}

/**
 * Retries while another process holds the lock, yielding to the event loop in between. Other errors are not retried.
 */
export async function whileBusy<T>(action: () => T, patience = PATIENCE_MS): Promise<T> {
  const start = performance.now()
  for (let attempt = 0; ; attempt += 1) {
    try {
      return action()
    } catch (error) {
      if (!isBusy(error) || performance.now() - start > patience) throw inWords(error)
    }
    const pause = Math.min(1.5 ** attempt, MAX_PAUSE_MS) * (0.5 + Math.random())
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

/** Errors of the database become those that a user reads. */
export function inOwnWords<T>(action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw inWords(error)
  }
}
