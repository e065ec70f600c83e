import type DatabaseHandle from 'better-sqlite3'

/** Prepares a statement; each SQL text only once. */
export type Prepare = (sql: string) => DatabaseHandle.Statement

/** Statements cached. Chosen by hand. */
const MAX_STATEMENTS = 100
const prepared = new WeakMap<DatabaseHandle.Database, Map<string, DatabaseHandle.Statement>>()

export function preparedOn(db: DatabaseHandle.Database): Prepare {
  const statements = prepared.get(db) ?? new Map<string, DatabaseHandle.Statement>()
  prepared.set(db, statements)
  return (sql) => {
    const known = statements.get(sql)
    if (known) return known
    if (statements.size >= MAX_STATEMENTS) statements.clear()
    const made = db.prepare(sql)
    statements.set(sql, made)
    return made
  }
}
