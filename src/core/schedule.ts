import type { Scope } from './access.ts'
import type { Timestamp } from './clock.ts'
import type { AgentId, RunId, ScheduleId } from './ids.ts'

/** Schedules of one agent, those that are over not counted. Chosen by hand. */
export const MAX_SCHEDULES = 100

/** A message to an agent at a set time, or again and again. */
export interface Schedule {
  readonly id: ScheduleId
  readonly agentId: AgentId
  readonly message: string
  /** Five fields; null: once. */
  readonly cron: string | null
  /** IANA name of the zone in which `cron` counts. */
  readonly timezone: string
  /** Null: it is over. */
  readonly nextAt: Timestamp | null
  /** When it was last due and sent. */
  readonly lastAt: Timestamp | null
  readonly lastRunId: RunId | null
  /** Why the last message could not be sent. */
  readonly error: string | null
  /** Rights of its creator; null: all. */
  readonly scopes: readonly Scope[] | null
  readonly createdAt: Timestamp
}
