import type DatabaseHandle from 'better-sqlite3'
import { attempt, type DamagedReader, numberOf } from './damaged-table.ts'

/** Rows per page of the file if the end of a table is unknown. Chosen by hand. */
const MAX_ROWS_A_PAGE = 100
/** Numbers tried where there may be no row at all, several for each page below the root. Chosen by hand. */
export const TRIED = 2_000
/** Numbers tried one after the other before those: a small table begins with them. Chosen by hand. */
const TRIED_FIRST = 200
/** Above each number in use, and far below the last that SQLite can give. Chosen by hand. */
export const MAX_NUMBER = 2 ** 40

/** The highest possible row number, from any source that is still readable, unless a row is found behind it. */
export function lastNumber(
  handle: DatabaseHandle.Database,
  name: string,
  reader: DamagedReader,
): number {
  const first = (sql: string, ...values: readonly unknown[]) => {
    const read = () =>
      handle
        .prepare(sql)
        .pluck()
        .get(...values)
    return Number(attempt(read) ?? 0)
  }
  const [highest] = reader.down()
  const told = [
    highest ? numberOf(highest) : 0,
    first('SELECT seq FROM sqlite_sequence WHERE name = ?', name),
    ...indexesOf(handle, name).map((index) =>
      first(`SELECT max(rowid) FROM "${name}" INDEXED BY "${index}"`),
    ),
  ]
  const possible =
    Number(attempt(() => handle.pragma('page_count', { simple: true })) ?? 0) * MAX_ROWS_A_PAGE
  // A damaged page can make any number of it. Rows have greater ones than fit into the file where many were deleted.
  const plausible = told.filter(
    (number) => number <= possible || (number <= MAX_NUMBER && isThere(reader, number)),
  )
  const known = Math.max(0, ...plausible)
  return known === 0 || someNumber(reader, known + 1, possible) ? possible : known
}

/** Whether a row is found at a few numbers: the first ones, and others at equal distances. */
export function someNumber(reader: DamagedReader, first: number, last: number): boolean {
  const step = Math.max(1, Math.floor((last - first + 1) / TRIED))
  for (let number = first; number <= last && number < first + TRIED_FIRST; number += 1) {
    if (isThere(reader, number)) return true
  }
  for (let number = first; number <= last; number += step) {
    if (isThere(reader, number)) return true
  }
  return false
}

function isThere(reader: DamagedReader, number: number): boolean {
  return typeof reader.at(number) === 'object'
}

function indexesOf(handle: DatabaseHandle.Database, name: string): readonly string[] {
  const indexes = attempt(
    () => handle.pragma(`index_list("${name}")`) as { name: string; partial: number }[],
  )
  return (indexes ?? []).filter(({ partial }) => partial === 0).map((index) => index.name)
}
