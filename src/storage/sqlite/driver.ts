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
import { createGroup } from './group.ts'
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
 * called at both ends of a group of transactions, and throws if nothing may be written.
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

/** A turn on the one connection of the database. */
interface Turn extends DatabaseConnection {
  inTransaction: boolean
  isOver: boolean
}

function createDriver(handle: DatabaseHandle.Database, assertWritable: () => void): Driver {
  const stamps = commitStamps(handle)
  const execute = createExecute(handle, stamps.written)
  let begin: DatabaseHandle.Statement | undefined
  const mutex = createMutex()
  const group = createGroup({
    handle,
    async begin() {
      assertWritable()
      begin ??= handle.prepare('BEGIN IMMEDIATE')
      const statement = begin
      await whileBusy(() => statement.run())
    },
    commit() {
      assertWritable()
      handle.exec(stamps.commit())
    },
  })
  let trouble: unknown

  function createTurn(): Turn {
    const turn: Turn = {
      inTransaction: false,
      isOver: false,
      async executeQuery<R>(query: CompiledQuery) {
        if (turn.inTransaction) {
          return inOwnWords(
            () => execute<R>(query),
            (error) => {
              trouble = error
            },
          )
        }
        if (group.isOpen()) group.commit()
        return await whileBusy(() => execute<R>(query))
      },
      // An open iterator would hold a read transaction across awaits, and the WAL would grow without bound.
      // biome-ignore lint/correctness/useYield: refuses
      async *streamQuery() {
        throw new Error('streaming queries are not used')
      },
    }
    return turn
  }

  function end(turn: Turn): void {
    if (turn.isOver) return
    turn.isOver = true
    if (group.isOpen() && (!mutex.hasWaiting() || group.isOld())) group.commit()
    mutex.unlock()
  }

  return {
    async init() {},
    async acquireConnection() {
      await mutex.lock()
      return createTurn()
    },
    async releaseConnection(connection) {
      end(ours(connection))
    },
    async beginTransaction(connection) {
      await group.begin()
      ours(connection).inTransaction = true
    },
    async commitTransaction(connection) {
      const committed = group.join()
      end(ours(connection))
      await committed
    },
    async rollbackTransaction(connection) {
      // A commit that failed has rolled back.
      if (!ours(connection).isOver) group.undo(trouble)
    },
    async destroy() {
      handle.close()
    },
  }
}

/** Kysely returns the object that `acquireConnection` created. */
function ours(connection: DatabaseConnection): Turn {
  return connection as Turn
}

function createExecute(handle: DatabaseHandle.Database, onWrite: () => void) {
  const statements = new Map<string, DatabaseHandle.Statement>()
  function prepare(text: string): DatabaseHandle.Statement {
    const known = statements.get(text)
    if (known) return known
    if (statements.size >= MAX_STATEMENTS) statements.clear()
    const statement = handle.prepare(text)
    statements.set(text, statement)
    return statement
  }
  function run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    const statement = prepare(sql)
    if (!statement.readonly) onWrite()
    if (statement.reader) return { rows: statement.all(parameters) as R[] }
    const { changes, lastInsertRowid } = statement.run(parameters)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }
  return <R>(query: CompiledQuery): QueryResult<R> => {
    if (!OF_WORD_INDEX.test(query.sql)) return run(query)
    handle.unsafeMode(true)
    try {
      return run(query)
    } finally {
      handle.unsafeMode(false)
    }
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
export function inOwnWords<T>(action: () => T, onError?: (error: unknown) => void): T {
  try {
    return action()
  } catch (error) {
    const told = inWords(error)
    onError?.(told)
    throw told
  }
}
