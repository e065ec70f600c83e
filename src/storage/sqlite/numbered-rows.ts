import { type DamagedReader, type DamagedRow, numberOf } from './damaged-table.ts'
import { someNumber, TRIED } from './last-number.ts'

/** Missing numbers that are tried one by one whatever their neighbours say. Chosen by hand. */
const WIDE = 10_000
/** Numbers tried one by one at most, which takes minutes. Chosen by hand. */
const MOST_TRIED = 5_000_000

export interface Findings {
  /** An unreadable number; whether it had a row is unknown. */
  lost(number: number): void
  /** The first number that is there, absent or unreadable, where the one before it is not. */
  turn(number: number): void
  /** Numbers that were not tried. */
  skip(first: number, last: number): void
}

/**
 * The rows that are found by their number, up to `end`. The row that follows another tells nothing about the numbers
 * between them: a damaged page may lead to a page far away, or give a row a number that belongs to another. So each
 * number gets a search of its own.
 */
export function* numberedRows(
  reader: DamagedReader,
  end: number,
  findings: Findings,
): Generator<DamagedRow> {
  let state = ''
  let tried = 0
  for (let number = 1, next = 1; number <= end; number = next) {
    const found = reader.at(number)
    tried += 1
    next = tried < MOST_TRIED ? number + 1 : number + 1 + Math.floor((end - number) / TRIED)
    const now = typeof found === 'object' ? 'there' : found
    if (now !== state) {
      findings.turn(number)
      if (now === 'absent') next = Math.max(next, endOfGap(reader, number, end))
    }
    state = now
    if (next > number + 1) findings.skip(number + 1, next - 1)
    if (now === 'unreadable') findings.lost(number)
    if (typeof found === 'object') yield found
  }
}

/** The number behind many missing ones, if reads from both sides find no row between, nor searches for some numbers. */
function endOfGap(reader: DamagedReader, first: number, end: number): number {
  let until = end + 1
  for (const row of reader.up(first)) {
    until = row ? Math.min(until, numberOf(row)) : first
    break
  }
  if (until - first <= WIDE) return first
  for (const row of reader.down(until - 1)) {
    if (!row || numberOf(row) >= first) return first
    break
  }
  return someNumber(reader, first, until - 1) ? first : until
}
