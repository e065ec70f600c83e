import type { MemoryCounts } from '../../core/agent.ts'
import type { Timestamp } from '../../core/clock.ts'
import { localParts } from '../../core/local-parts.ts'

/** Time of the user's message, as shown before its text. */
export function stamp(at: Timestamp, timezone: string): string {
  const { weekday, time } = localTime(Date.parse(at), timezone)
  return `[${weekday} ${time}]`
}

/** Facts that the agent cannot see otherwise: the time, and how much is stored outside its context. */
export function contextLine(facts: {
  readonly now: number
  readonly timezone: string
  readonly counts: MemoryCounts
  readonly inSight: number
}): string {
  const { weekday, time } = localTime(facts.now, facts.timezone)
  return `<context time="${weekday} ${time}" timezone="${facts.timezone}" recall_messages="${facts.counts.messages}" in_sight="${facts.inSight}" archival_passages="${facts.counts.passages}" />`
}

/** `time` has the form 2026-11-20 14:05. */
function localTime(milliseconds: number, timezone: string): { weekday: string; time: string } {
  const { weekday = '', year, month, day, hour, minute } = localParts(milliseconds, timezone)
  return { weekday, time: `${year}-${month}-${day} ${hour}:${minute}` }
}
