import type DatabaseHandle from 'better-sqlite3'
import { isDamage } from './errors.ts'
import { type DamagedRow, numberOf, soundRows } from './sound-rows.ts'

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
  const isThere = (number: number) => attempt(() => exact.get(number)) !== undefined
  let end: number | undefined
  for (let after = 0, limit = ROWS_AT_ONCE; ; ) {
    const rows = attempt(() => next.all(after, limit) as DamagedRow[])
    let isHidden = false
    if (rows) {
      const { sound, wrong, isCut } = soundRows(rows, isThere)
      for (let lost = 0; lost < wrong; lost += 1) onLost(after + 1)
      if (sound.length > 0) yield sound
      after = numberOf(sound.at(-1)) || after
      if (isCut && sound.length > 0) continue
      if (!isCut && rows.length === limit) {
        limit = Math.min(ROWS_AT_ONCE, limit * 2)
        continue
      }
      // A damaged page may hide what comes behind it without a word.
      isHidden = someNumber(after + 1, most(handle, after), isThere)
      if (!isCut && !isHidden) return
    } else if (limit > 1) {
      limit = Math.max(1, Math.floor(limit / 4))
      continue
    }
    if (end === undefined) {
      end = lastRowId(handle, name, after, isThere)
      const isHopeless = isRootDamaged(handle, name) && !someNumber(after + 1, end, isThere)
      if (isHopeless && after === 0) throw new Error(`no row of ${name} can be reached`)
    }
    // Past a damaged page each number fails, so what follows is read again only once one of them does not; where a page
    // hides others, once a row is there.
    for (let isReadable = false; !isReadable; ) {
      if (after >= end) return
      after += 1
      const number = after
      const row = attempt(() => [exact.get(number) as DamagedRow | undefined])
      isReadable = isHidden ? row?.[0] !== undefined : row !== undefined
      if (row === undefined) onLost(number)
      else if (row[0]) yield [row[0]]
    }
  }
}

/** Numbers tried where there may be no row at all, several for each page below the root. Chosen by hand. */
const TRIED = 2_000
/** Numbers tried one by one at most, which takes minutes. Chosen by hand. */
const MOST_TRIED = 5_000_000

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

/** The highest possible row number, from any source that is still readable, unless a row is found behind it. */
function lastRowId(
  handle: DatabaseHandle.Database,
  name: string,
  read: number,
  isThere: (number: number) => boolean,
): number {
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
  const possible = most(handle, read)
  // A damaged page can make any number of it. Rows have greater ones than fit into the file where many were deleted.
  if (known === 0 || (known > possible && !isThere(known))) return possible
  if (someNumber(known + 1, possible, isThere)) return possible
  return Math.min(known, read + MOST_TRIED)
}

function most(handle: DatabaseHandle.Database, read: number): number {
  return read + Number(handle.pragma('page_count', { simple: true })) * MAX_ROWS_A_PAGE
}

function indexesOf(handle: DatabaseHandle.Database, name: string): readonly string[] {
  const indexes = attempt(
    () => handle.pragma(`index_list("${name}")`) as { name: string; partial: number }[],
  )
  return (indexes ?? []).filter(({ partial }) => partial === 0).map((index) => index.name)
}
