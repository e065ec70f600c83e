import { type Timestamp, toTimestamp } from './clock.ts'
import { UserError } from './errors.ts'
import { localParts } from './local-parts.ts'

const DATE = /^\d{4}-\d{2}-\d{2}$/
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/

/**
 * Parses an ISO 8601 date, or date and time, as people and models write it. Without an offset it is a time in
 * `timezone`, by default UTC. A date alone means the start of that day, or with `edge: 'end'` its last millisecond, so
 * ranges include whole days. Throws UserError.
 *
 *     parseMoment('before', '2026-03-31', 'end') // '2026-03-31T23:59:59.999Z'
 */
export function parseMoment(
  name: string,
  text: string,
  edge: 'start' | 'end' = 'start',
  timezone = 'UTC',
): Timestamp {
  const trimmed = text.trim().replace(' ', 'T')
  if (DATE.test(trimmed)) {
    const local = `${trimmed}T${edge === 'end' ? '23:59:59.999' : '00:00:00.000'}Z`
    return inZone(checked(name, text, local), timezone)
  }
  if (!DATE_TIME.test(trimmed)) throw notAMoment(name, text)
  if (/(Z|[+-]\d{2}:?\d{2})$/.test(trimmed)) return checked(name, text, trimmed)
  return inZone(checked(name, text, `${trimmed}Z`), timezone)
}

/** The moment at which clocks of the zone show what `local` says as if it were UTC. */
function inZone(local: Timestamp, timezone: string): Timestamp {
  if (timezone === 'UTC') return local
  return toTimestamp(momentShown(Date.parse(local), timezone))
}

/** The same in milliseconds. */
export function momentShown(shown: number, timezone: string): number {
  if (timezone === 'UTC') return shown
  // The offset there depends on the moment that is looked for; the second guess is right but for the hour that a change of clocks skips.
  const guess = shown - offsetAt(shown, timezone)
  return shown - offsetAt(guess, timezone)
}

/** Milliseconds by which clocks of the zone are ahead of UTC at that moment. */
export function offsetAt(milliseconds: number, timezone: string): number {
  if (timezone === 'UTC') return 0
  const { year, month, day, hour, minute, second } = localParts(milliseconds, timezone)
  const shown = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  )
  return shown - Math.floor(milliseconds / 1_000) * 1_000
}

/** ISO 8601 as clocks of the zone show it, with its offset. */
export function toLocal(at: Timestamp, timezone: string): string {
  const milliseconds = Date.parse(at)
  const offset = offsetAt(milliseconds, timezone)
  if (offset === 0) return at
  const minutes = Math.round(Math.abs(offset) / 60_000)
  const pad = (number: number) => String(number).padStart(2, '0')
  const sign = offset < 0 ? '-' : '+'
  const shown = new Date(milliseconds + offset).toISOString().slice(0, -1)
  return `${shown}${sign}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
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
