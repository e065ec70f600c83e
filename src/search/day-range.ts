import type { Timestamp } from '../core/clock.ts'
import { momentShown } from '../core/dates.ts'

/* Ranges of whole days, numbered from 1970-01-01. Pure. */

/** Milliseconds of a day. */
export const DAY = 86_400_000

export interface DayRange {
  /** Days since 1970-01-01. */
  readonly first: number
  readonly days: number
}

/** The number of the day of a date or timestamp. */
export function dayOf(at: string): number {
  return Math.floor(Date.parse(at.slice(0, 10)) / DAY)
}

export function range(first: number, days: number): DayRange {
  return { first, days }
}

/** `month` from 1; 0 and less are months of the years before. */
export function monthRange(year: number, month: number): DayRange {
  const first = Date.UTC(year, month - 1) / DAY
  return range(first, Date.UTC(year, month) / DAY - first)
}

export function yearRange(year: number): DayRange {
  const first = Date.UTC(year, 0) / DAY
  return range(first, Date.UTC(year + 1, 0) / DAY - first)
}

/** The week of a day, from Monday. */
export function weekRange(day: number): DayRange {
  // 1970-01-01 was a Thursday.
  return range(day - ((day + 3) % 7), 7)
}

/** A range of days as moments: from the first midnight to that after the last day. */
export interface Span {
  /** Milliseconds since 1970-01-01. */
  readonly from: number
  readonly until: number
  readonly days: number
}

/** The days as clocks of the zone show them. */
export function spanOf({ first, days }: DayRange, timezone = 'UTC'): Span {
  const midnight = (day: number) => momentShown(day * DAY, timezone)
  return { from: midnight(first), until: midnight(first + days), days }
}

/** People tell on the days after an event what happened. Chosen by hand on LoCoMo's development half. */
const DAYS_AFTER = 7
const FIT_AFTER = 0.5
/** A long range says less about each of its days. Chosen by hand. */
const LONG_DAYS = 40
const FIT_IN_LONG = 0.5

/** How well a moment fits the days that a question names, from 0 (not at all) to 1. */
export function dateFit(spans: readonly Span[], at: Timestamp): number {
  if (spans.length === 0) return 0
  const moment = Date.parse(at)
  return Math.max(0, ...spans.map((asked) => fitOf(asked, moment)))
}

function fitOf({ from, until, days }: Span, moment: number): number {
  const whole = days > LONG_DAYS ? FIT_IN_LONG : 1
  if (moment >= from && moment < until) return whole
  const late = Math.floor((moment - until) / DAY) + 1
  return late > 0 && late <= DAYS_AFTER ? whole * FIT_AFTER * (1 - (late - 1) / DAYS_AFTER) : 0
}
