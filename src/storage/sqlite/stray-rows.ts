import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { serialize } from 'node:v8'
import {
  type DamagedReader,
  type DamagedRow,
  type DamagedTable,
  numberOf,
} from './damaged-table.ts'
import { MAX_NUMBER } from './last-number.ts'

/** Rows whose order is looked at together. Chosen by hand. */
const ROWS_AT_ONCE = 500

/** Which numbers were searched for. */
export interface Searched {
  readonly end: number
  /** Where rows begin or end. */
  readonly turns: readonly number[]
  has(number: number): boolean
}

/**
 * The rows that no search for their number found, although others lead to them: their number is wrong, or an entry of
 * the pages above. A number that is not in order is null.
 */
export function* strayRows(
  reader: DamagedReader,
  table: DamagedTable,
  searched: Searched,
): Generator<DamagedRow> {
  const met = new Set<string>()
  const isAt = (row: DamagedRow) => isDeepStrictEqual(reader.at(numberOf(row)), row)
  const isKnown = (row: DamagedRow) => searched.has(numberOf(row)) && isAt(row)
  function* walk(rows: Iterable<DamagedRow | undefined>, step: 1 | -1, isWhole = false) {
    /** The known row that was passed last, and the strays behind it. */
    let known: readonly DamagedRow[] = []
    let strays: DamagedRow[] = []
    function* settle(next: readonly DamagedRow[]) {
      if (strays.length > 0) yield* numbered([...known, ...strays, ...next], strays, step)
      known = next
      strays = []
    }
    for (const row of rows) {
      if (!row) break
      if (isKnown(row)) {
        yield* settle([row])
        if (isWhole) continue
        return
      }
      const key = digestOf(row)
      if (met.has(key)) {
        if (isWhole) continue
        break
      }
      met.add(key)
      if (isOfTable(row, table)) strays.push(row)
      if (strays.length >= ROWS_AT_ONCE) yield* settle([])
    }
    yield* settle([])
  }
  function* numbered(all: readonly DamagedRow[], strays: readonly DamagedRow[], step: 1 | -1) {
    const ordered = new Set(inOrder(step > 0 ? all : all.toReversed()))
    for (const row of step > 0 ? strays : strays.toReversed()) {
      const number = numberOf(row)
      const isRight =
        number <= searched.end ? number >= 1 && ordered.has(row) : number <= MAX_NUMBER && isAt(row)
      yield isRight ? row : withoutNumber(row, table)
    }
  }
  for (const turn of [...searched.turns, searched.end + 1]) {
    yield* walk(reader.up(turn), 1)
    yield* walk(reader.down(turn - 1), -1)
  }
  // Rows to which no search leads, as where an entry above them is wrong.
  yield* walk(reader.up(), 1, true)
  yield* walk(reader.down(), -1, true)
}

function withoutNumber(row: DamagedRow, { number }: DamagedTable): DamagedRow {
  return { ...row, '~rowid': null, ...(number === undefined ? {} : { [number]: null }) }
}

/** Identifies a row by all that it holds: two may have one number. */
function digestOf(row: DamagedRow): string {
  return createHash('sha1')
    .update(serialize(Object.values(row)))
    .digest('base64')
}

/** A damaged page may lead to one of another table. */
function isOfTable(row: DamagedRow, { columns }: DamagedTable): boolean {
  return columns.every(({ name, type }) => {
    const value = row[name]
    if (value === null) return true
    if (type === 'TEXT') return typeof value === 'string'
    return type === 'BLOB' ? value instanceof Uint8Array : typeof value === 'number'
  })
}

/** The longest sequence of rows with increasing numbers. */
function inOrder(rows: readonly DamagedRow[]): readonly DamagedRow[] {
  const numbers = rows.map(numberOf)
  /** By length less one: where a sequence of that length ends with the smallest number. */
  const ends: number[] = []
  const before: number[] = []
  numbers.forEach((number, place) => {
    const length = ends.findIndex((end) => (numbers[end] ?? 0) >= number)
    const at = length < 0 ? ends.length : length
    before[place] = ends[at - 1] ?? -1
    ends[at] = place
  })
  const kept: DamagedRow[] = []
  for (let place = ends.at(-1) ?? -1; place >= 0; place = before[place] ?? -1) {
    const row = rows[place]
    if (row) kept.push(row)
  }
  return kept.reverse()
}
