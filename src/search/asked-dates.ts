import type { Timestamp } from '../core/clock.ts'

/** Dates named in a question, in English or ISO form: "in March 2026", "on 2026-03-31", "on the 3rd of May". */
export interface AskedDates {
  readonly years: readonly number[]
  /** 1 to 12. */
  readonly months: readonly number[]
  /** Days of the month; they count only together with a month. */
  readonly days: readonly number[]
}

const MONTHS =
  'january february march april may june july august september october november december'.split(' ')

/** `words` as returned by `questionWords`. */
export function datesIn(words: readonly string[]): AskedDates {
  const named = words.map((word) => MONTHS.indexOf(word) + 1).filter((month) => month > 0)
  const years = words.filter((word) => /^(19|20)\d\d$/.test(word)).map(Number)
  const numbers = words.flatMap((word) => /^(\d{1,2})(?:st|nd|rd|th)?$/.exec(word)?.[1] ?? [])
  const [month, ...days] = numbers.map(Number)
  // `questionWords` has split "2026-03-31" into its numbers.
  const iso = named.length === 0 && years.length > 0 && month !== undefined && month <= 12
  return iso
    ? { years, months: [month], days: days.filter(isDay) }
    : { years, months: named, days: numbers.map(Number).filter(isDay) }
}

const isDay = (number: number) => number >= 1 && number <= 31

/** How well a moment matches the dates, from 0 (not at all) to 1. */
export function dateFit({ years, months, days }: AskedDates, at: Timestamp): number {
  if (years.length === 0 && months.length === 0) return 0
  const [year, month, day] = at.slice(0, 10).split('-').map(Number)
  const inMonth = month !== undefined && months.includes(month)
  const inYear = year !== undefined && years.includes(year)
  const onDay = inMonth && day !== undefined && days.includes(day)
  return (inYear ? 0.2 : 0) + (inMonth ? 0.4 : 0) + (onDay ? 0.4 : 0)
}
