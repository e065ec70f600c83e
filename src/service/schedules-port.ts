import type { Scope } from '../core/access.ts'
import type { ScheduleId } from '../core/ids.ts'
import type { Page, PageRequest } from '../core/page.ts'
import type { Schedule } from '../core/schedule.ts'

/* Part of the port in `context.ts`: messages to agents at set times. */

export interface SchedulesPort {
  /** Give `at` or `cron`. Throws a UserError if it never comes. */
  create(schedule: {
    readonly agent: string
    readonly message: string
    /** ISO 8601; without an offset, a time in the zone. */
    readonly at?: string | undefined
    /** Five fields. */
    readonly cron?: string | undefined
    /** IANA name; absent: that of the agent. */
    readonly timezone?: string | undefined
    /** Rights of the creator, with which the agent then works. */
    readonly scopes: readonly Scope[]
  }): Promise<Schedule>
  get(scheduleId: string): Promise<Schedule>
  /** Newest first. */
  list(filter: PageRequest & { readonly agent?: string | undefined }): Promise<Page<Schedule>>
  delete(scheduleId: string): Promise<ScheduleId>
}
