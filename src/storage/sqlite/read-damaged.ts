import type DatabaseHandle from 'better-sqlite3'
import {
  attempt,
  type DamagedReader,
  type DamagedRow,
  type DamagedTable,
  readTable,
} from './damaged-table.ts'
import { lastNumber, someNumber } from './last-number.ts'
import { numberedRows } from './numbered-rows.ts'
import { strayRows } from './stray-rows.ts'

/** Rows per batch. Chosen by hand. */
const ROWS_AT_ONCE = 500

/**
 * All rows of a table that SQLite can still reach, in batches; a row may come twice. Of a damaged one, those come first
 * that have the number that they claim. `onLost` receives by how much the count of unreadable numbers changes, -1 where
 * the row of one is found after all; which of them had a row is unknown. Throws if no row can be reached.
 */
export function* readDamaged(
  handle: DatabaseHandle.Database,
  table: DamagedTable,
  onLost: (numbers: number) => void,
): Generator<readonly DamagedRow[]> {
  const reader = readTable(handle, table)
  yield* inBatches(isWhole(handle, table.name) ? wholeRows() : soundRows())

  function* wholeRows(): Generator<DamagedRow> {
    for (const row of reader.up()) {
      if (row) yield row
      else yield* soundRows()
    }
  }

  function* soundRows(): Generator<DamagedRow> {
    const end = lastNumber(handle, table.name, reader)
    const turns: number[] = []
    const skipped: (readonly [first: number, last: number])[] = []
    const isSearchable = !isRootDamaged(handle, table.name) || someNumber(reader, 1, end)
    if (!isSearchable && !isSomeShown(reader)) {
      throw new Error(`no row of ${table.name} can be reached`)
    }
    if (isSearchable) {
      yield* numberedRows(reader, end, {
        lost: () => onLost(1),
        turn: (number) => turns.push(number),
        skip: (first, last) => skipped.push([first, last]),
      })
    }
    const has = (number: number) =>
      isSearchable &&
      number >= 1 &&
      number <= end &&
      !skipped.some(([first, last]) => number >= first && number <= last)
    for (const row of strayRows(reader, table, { end, turns, has })) {
      const number = row['~rowid']
      if (typeof number === 'number' && has(number) && reader.at(number) === 'unreadable')
        onLost(-1)
      yield row
    }
  }
}

/** The rows of a whole table are read as they stand, which is many times as fast. */
function isWhole(handle: DatabaseHandle.Database, name: string): boolean {
  const found = attempt(() => handle.pragma(`quick_check("${name}")`, { simple: true }))
  return found === 'ok'
}

function isSomeShown(reader: DamagedReader): boolean {
  const [lowest] = reader.up()
  const [highest] = reader.down()
  return lowest !== undefined || highest !== undefined
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

function* inBatches(rows: Iterable<DamagedRow>): Generator<readonly DamagedRow[]> {
  let batch: DamagedRow[] = []
  for (const row of rows) {
    batch.push(row)
    if (batch.length < ROWS_AT_ONCE) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
