import type DatabaseHandle from 'better-sqlite3'
import { codeOf, isBusy } from './errors.ts'

export interface Column {
  readonly name: string
  /** As declared: `TEXT`, `INTEGER`, … */
  readonly type: string
}

export interface DamagedTable {
  readonly name: string
  readonly columns: readonly Column[]
  /** The column that is the number of a row, if one is. */
  readonly number: string | undefined
}

/** With its number as `~rowid`; null: that can't be true, and the row needs another. */
export type DamagedRow = Readonly<Record<string, unknown>>

export const numberOf = (row: DamagedRow) => Number(row['~rowid'])

/** Reads of a table of which any page may be damaged. They agree only where none is. */
export interface DamagedReader {
  /** The row to which a search for that number leads. */
  at(number: number): DamagedRow | 'absent' | 'unreadable'
  /**
   * The rows from a number on, else from the first page on, as pages and their entries follow each other; undefined:
   * there something is damaged.
   */
  up(from?: number): Generator<DamagedRow | undefined>
  /** The same backwards. */
  down(from?: number): Generator<DamagedRow | undefined>
}

export function describeTable(handle: DatabaseHandle.Database, name: string): DamagedTable {
  const columns = handle.pragma(`table_info("${name}")`) as (Column & { readonly pk: number })[]
  const keys = columns.filter(({ pk }) => pk > 0)
  const [key] = keys
  const isNumber = keys.length === 1 && key?.type === 'INTEGER'
  return { name, columns, number: isNumber ? key.name : undefined }
}

export function readTable(
  handle: DatabaseHandle.Database,
  { name, columns }: DamagedTable,
): DamagedReader {
  const selected = ['rowid AS "~rowid"', ...columns.map((column) => `"${column.name}"`)].join(', ')
  const select = (rest: string) =>
    handle.prepare(`SELECT ${selected} FROM "${name}" NOT INDEXED ${rest}`)
  const exact = select('WHERE rowid = ?')
  const upwards = select('WHERE rowid >= ? ORDER BY rowid')
  const downwards = select('WHERE rowid <= ? ORDER BY rowid DESC')
  // A search for the least number may fail where the first page is found.
  const all = select('ORDER BY rowid')
  const backwards = select('ORDER BY rowid DESC')
  function* walk(rows: () => Iterable<unknown>) {
    try {
      // Outside of a transaction a read that fails moves every walk to where a search leads it, which fails, too.
      if (!handle.inTransaction) handle.exec('BEGIN')
      yield* rows() as Iterable<DamagedRow>
    } catch (error) {
      if (!isUnreadable(error)) throw error
      yield undefined
    }
  }
  return {
    at: (number) =>
      attempt(() => (exact.get(number) ?? 'absent') as DamagedRow | 'absent') ?? 'unreadable',
    up: (from) => walk(() => (from === undefined ? all.iterate() : upwards.iterate(from))),
    down: (from) =>
      walk(() => (from === undefined ? backwards.iterate() : downwards.iterate(from))),
  }
}

/** Undefined: what the read needs is damaged. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isUnreadable(error)) return undefined
    throw error
  }
}

/**
 * A damaged page makes SQLite fail with about any error: it says that a row needs more memory than there is, or that an
 * index can't answer. Only another process that holds the file says nothing about the page.
 */
function isUnreadable(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_') && !isBusy(error)
}
