import { type Timestamp, toTimestamp } from './clock.ts'
import { UserError } from './errors.ts'

const DATE = /^\d{4}-\d{2}-\d{2}$/
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/

/**
 * Parses an ISO 8601 date, or date and time, as people and models write it; UTC unless it has an offset. A date alone
 * means the start of that day, or with `edge: 'end'` its last millisecond, so ranges include whole days. Throws
 * UserError.
 *
 *     parseMoment('before', '2026-03-31', 'end') // '2026-03-31T23:59:59.999Z'
 */
export function parseMoment(
  name: string,
  text: string,
  edge: 'start' | 'end' = 'start',
): Timestamp {
  const trimmed = text.trim().replace(' ', 'T')
  if (DATE.test(trimmed))
    return checked(name, text, `${trimmed}T${edge === 'end' ? '23:59:59.999' : '00:00:00.000'}Z`)
  if (!DATE_TIME.test(trimmed)) throw notAMoment(name, text)
  return checked(name, text, /(Z|[+-]\d{2}:?\d{2})$/.test(trimmed) ? trimmed : `${trimmed}Z`)
}

function checked(name: string, text: string, iso: string): Timestamp {
  const milliseconds = Date.parse(iso)
  // Date.parse reads 30 February as 2 March.
  const day = Number(iso.slice(8, 10))
  if (Number.isNaN(milliseconds) || day > daysIn(Number(iso.slice(0, 4)), Number(iso.slice(5, 7))))
    throw notAMoment(name, text)
  const moment = toTimestamp(milliseconds)
  // An offset can move the year out of 0000-9999, where text order is no longer time order.
  if (!/^\d/.test(moment)) throw notAMoment(name, text)
  return moment
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function notAMoment(name: string, text: string): UserError {
  return new UserError(
    'invalid_argument',
    `"${text}" in ${name} is not a date. Write it like 2026-03-31 or 2026-03-31T14:00:00Z.`,
  )
}
