import { type Timestamp, toTimestamp } from '../../core/clock.ts'
import { ConfigError } from '../../core/config-error.ts'

const MILLISECONDS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
}
/** Chosen by hand. */
const MAX_MILLISECONDS = 3_660 * 86_400_000

/** Parses an expiry: `30d` from now, or a date. */
export function readExpiry(text: string, now: number): Timestamp {
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? []
  const span = Number(count) * (MILLISECONDS[unit ?? ''] ?? Number.NaN)
  const isDate = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text)
  const end = isDate ? Date.parse(text) : now + span
  if (end > now && end - now <= MAX_MILLISECONDS) return toTimestamp(end)
  throw new ConfigError(
    `--expires: found "${text}", allowed is a number with m, h, d or w, like 30d, or a date to come, like 2030-01-31; within ten years.`,
  )
}
