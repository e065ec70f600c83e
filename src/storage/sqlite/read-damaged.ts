import type DatabaseHandle from 'better-sqlite3'
import { isDamage } from './errors.ts'

export type DamagedRow = Readonly<Record<string, unknown>>

export interface DamagedTable {
  readonly name: string
  readonly columns: readonly string[]
}

/** Rows per batch. Chosen by hand. */
const ROWS_AT_ONCE = 500
/** Rows tried per page of the file if the end of a table is unknown. Chosen by hand. */
const MAX_ROWS_A_PAGE = 100

/**
 * All rows of a table that SQLite can still reach, in batches. After an unreadable page, every number behind the last
 * row is tried singly, because rows on later pages, or on pages of the same branch, may be intact. `onLost` receives
 * unreadable numbers; which of them had a row is unknown. Throws if no row can be reached.
 */
export function* readDamaged(
  handle: DatabaseHandle.Database,
  { name, columns }: DamagedTable,
  onLost: (rowId: number) => void,
): Generator<readonly DamagedRow[]> {
  const selected = ['rowid AS "~rowid"', ...columns.map((column) => `"${column}"`)].join(', ')
  const next = handle.prepare(
    `SELECT ${selected} FROM "${name}" NOT INDEXED WHERE rowid > ? ORDER BY rowid LIMIT ?`,
  )
  const exact = handle.prepare(`SELECT ${selected} FROM "${name}" NOT INDEXED WHERE rowid = ?`)
  let end: number | undefined
  for (let after = 0, limit = ROWS_AT_ONCE; ; ) {
    const rows = attempt(() => next.all(after, limit) as DamagedRow[])
    if (rows) {
      if (rows.length > 0) yield rows
      if (rows.length < limit) return
      after = Number(rows.at(-1)?.['~rowid'])
      limit = Math.min(ROWS_AT_ONCE, limit * 2)
      continue
    }
    if (limit > 1) {
      limit = Math.max(1, Math.floor(limit / 4))
      continue
    }
    if (end === undefined) {
      end = lastRowId(handle, name, after)
      const reaches = (number: number) => attempt(() => exact.get(number)) !== undefined
      if (isRootDamaged(handle, name) && !someNumber(after + 1, end, reaches))
        throw new Error(`no row of ${name} can be reached`)
    }
    // Past a damaged page each number fails, so what follows is read again only once one of them does not.
    for (let isReadable = false; !isReadable; ) {
      if (after >= end) return
      after += 1
      const number = after
      const row = attempt(() => [exact.get(number) as DamagedRow | undefined])
      isReadable = row !== undefined
      if (row === undefined) onLost(number)
      else if (row[0]) yield [row[0]]
    }
  }
}

/** Numbers tried of a table whose root page is damaged, several for each page below it. Chosen by hand. */
const TRIED = 2_000

function someNumber(first: number, last: number, is: (number: number) => boolean): boolean {
  const step = Math.max(1, Math.floor((last - first + 1) / TRIED))
  for (let number = first; number <= last; number += step) if (is(number)) return true
  return false
}

/**
 * Every read of a table begins at its root page. SQLite's dbstat reports damaged pages instead of failing at them; it is
 * stricter than a read, which may find its way past one wrong entry.
 */
function isRootDamaged(handle: DatabaseHandle.Database, name: string): boolean {
  const root = attempt(() =>
    handle.prepare("SELECT pagetype FROM dbstat WHERE name = ? AND path = '/'").pluck().get(name),
  )
  return root === 'corrupted'
}

/** Undefined: a page that the read needs is damaged. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isDamage(error)) return undefined
    throw error
  }
}

/** The highest possible row number, from any source that is still readable. */
function lastRowId(handle: DatabaseHandle.Database, name: string, read: number): number {
  const first = (sql: string, ...values: readonly unknown[]) =>
    Number(
      attempt(() =>
        handle
          .prepare(sql)
          .pluck()
          .get(...values),
      ) ?? 0,
    )
  const known = Math.max(
    first(`SELECT max(rowid) FROM "${name}" NOT INDEXED`),
    first('SELECT seq FROM sqlite_sequence WHERE name = ?', name),
    ...indexesOf(handle, name).map((index) =>
      first(`SELECT max(rowid) FROM "${name}" INDEXED BY "${index}"`),
    ),
  )
  const pages = Number(handle.pragma('page_count', { simple: true }))
  return known > 0 ? known : read + pages * MAX_ROWS_A_PAGE
}

function indexesOf(handle: DatabaseHandle.Database, name: string): readonly string[] {
  const indexes = attempt(
    () => handle.pragma(`index_list("${name}")`) as { name: string; partial: number }[],
  )
  return (indexes ?? []).filter(({ partial }) => partial === 0).map((index) => index.name)
}
