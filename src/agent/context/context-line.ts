import type { MemoryCounts } from '../../core/agent.ts'
import type { Timestamp } from '../../core/clock.ts'

/** Making one is slow, and every message needs it. */
const formats = new Map<string, Intl.DateTimeFormat>()

/** When the user said it, as it stands before his words. */
export function stamp(at: Timestamp, timezone: string): string {
  const { weekday, time } = localTime(Date.parse(at), timezone)
  return `[${weekday} ${time}]`
}

/** The agent can't know what it can't see: the time, and how much lies outside its context. */
export function contextLine(facts: {
  readonly now: number
  readonly timezone: string
  readonly counts: MemoryCounts
  readonly inSight: number
}): string {
  const { weekday, time } = localTime(facts.now, facts.timezone)
  return `<context time="${weekday} ${time}" timezone="${facts.timezone}" recall_messages="${facts.counts.messages}" in_sight="${facts.inSight}" archival_passages="${facts.counts.passages}" />`
}

/** `time` is like 2026-11-20 14:05. */
function localTime(milliseconds: number, timezone: string): { weekday: string; time: string } {
  const parts = Object.fromEntries(
    formatOf(timezone)
      .formatToParts(milliseconds)
      .map(({ type, value }) => [type, value]),
  )
  const { weekday = '', year, month, day, hour, minute } = parts
  return { weekday, time: `${year}-${month}-${day} ${hour}:${minute}` }
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'long',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  formats.set(timezone, format)
  return format
}
