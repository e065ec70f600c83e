import pg from 'pg'
import { loadDriver } from '../../src/storage/sqlite/native.ts'

/** Statements since the last reset, by this thread. */
export interface StatementCount {
  /** Without what begins and ends transactions, and what a connection asks about itself. */
  readonly statements: number
  readonly transactions: number
  /** How often each text ran. */
  readonly texts: ReadonlyMap<string, number>
  reset(): void
}

const BOOKKEEPING = /^\s*(?:COMMIT|ROLLBACK|SET |PRAGMA|SELECT total_changes)/i

/** Counts from now on, in the drivers of both databases, so that nothing of Recollect's own needs to count. */
export function countStatements(): StatementCount {
  const texts = new Map<string, number>()
  let statements = 0
  let transactions = 0
  const note = (text: string) => {
    if (BOOKKEEPING.test(text)) return
    if (/^\s*BEGIN/i.test(text)) {
      transactions += 1
      return
    }
    statements += 1
    texts.set(text, (texts.get(text) ?? 0) + 1)
  }
  watchSqlite(note)
  watchPostgres(note)
  return {
    get statements() {
      return statements
    },
    get transactions() {
      return transactions
    },
    texts,
    reset() {
      texts.clear()
      statements = 0
      transactions = 0
    },
  }
}

type Note = (text: string) => void

function watchSqlite(note: Note): void {
  const handle = new (loadDriver())(':memory:')
  const database = Object.getPrototypeOf(handle)
  const statement = Object.getPrototypeOf(handle.prepare('SELECT 1'))
  handle.close()
  for (const name of ['all', 'get', 'run'] as const) {
    wrap(statement, name, (target) => note((target as { readonly source: string }).source))
  }
  wrap(database, 'exec', (_, [text]) => note(String(text)))
}

function watchPostgres(note: Note): void {
  wrap(pg.Client.prototype, 'query', (_, [query]) => {
    const text = typeof query === 'string' ? query : (query as { readonly text?: string }).text
    if (text !== undefined) note(text)
  })
}

function wrap(
  prototype: object,
  name: string,
  before: (target: unknown, given: readonly unknown[]) => void,
): void {
  const method: (...given: unknown[]) => unknown = Reflect.get(prototype, name)
  Reflect.set(prototype, name, function (this: unknown, ...given: unknown[]) {
    before(this, given)
    return method.apply(this, given)
  })
}
