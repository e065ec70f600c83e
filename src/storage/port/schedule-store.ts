import type { Timestamp } from '../../core/clock.ts'
import type { AgentId, RunId, ScheduleId } from '../../core/ids.ts'
import type { Page, PageRequest } from '../../core/page.ts'
import type { Schedule } from '../../core/schedule.ts'

/* The part of the port `store.ts` for messages to agents at set times. */

export interface ScheduleFilter extends PageRequest {
  readonly agentId?: AgentId | undefined
}

export interface ScheduleReads {
  get(id: ScheduleId): Promise<Schedule | undefined>
  /** Newest first. */
  list(filter: ScheduleFilter): Promise<Page<Schedule>>
  /** Schedules of the agent that are not over. */
  countOpen(agentId: AgentId): Promise<number>
}

export interface ScheduleWrites {
  insert(schedule: Schedule): Promise<void>
  /** Notes the outcome of the message due at `dueAt`. False: another process was faster, or it is deleted. */
  advance(
    id: ScheduleId,
    dueAt: Timestamp,
    sent: {
      readonly nextAt: Timestamp | null
      readonly lastRunId: RunId | null
      readonly error: string | null
    },
    at: Timestamp,
  ): Promise<boolean>
  /** False: there is no such schedule. */
  delete(id: ScheduleId, at: Timestamp): Promise<boolean>
}

/** Across namespaces. */
export interface DueSchedules {
  /** Schedules that are due by then, the earliest first; at most `limit`. */
  due(
    by: Timestamp,
    limit: number,
  ): Promise<readonly { readonly namespace: string; readonly id: ScheduleId }[]>
}
