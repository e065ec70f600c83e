import { type Clock, type Timestamp, toTimestamp } from '../core/clock.ts'
import { deriveId } from '../core/derive-id.ts'
import { UserError } from '../core/errors.ts'
import type { RunId, ScheduleId } from '../core/ids.ts'
import { describeError, type Log } from '../core/log.ts'
import type { Schedule } from '../core/schedule.ts'
import type { Storage, Store, Transaction } from '../storage/port/store.ts'
import { nextTime } from './next-time.ts'

export interface SchedulerOptions {
  readonly storage: Pick<Storage, 'in' | 'schedules'>
  readonly clock: Clock
  readonly log: Log
  /** Queues the message as a run of that id. Throws a UserError if the agent can't get it. */
  readonly send: (tx: Transaction, id: RunId, schedule: Schedule, at: Timestamp) => Promise<void>
}

/** How often it looks for messages that are due. Chosen by hand. */
const LOOK_MILLISECONDS = 1_000
/** Messages sent in one look. Chosen by hand. */
const MAX_DUE = 50

const STILL_AT_WORK = 'Not sent this time: the run of the time before is not over.'

/**
 * Sends messages that are due. Each is sent in the transaction that sets the next time, so it is sent once however many
 * processes look; one that was missed while no process ran is sent once, when one does.
 */
export function createScheduler({ storage, clock, log, send }: SchedulerOptions): {
  stop(): Promise<void>
} {
  let looking: Promise<void> | undefined
  let stopping = false

  async function look(): Promise<void> {
    const now = clock()
    for (const { namespace, id } of await storage.schedules.due(toTimestamp(now), MAX_DUE)) {
      if (stopping) return
      await fire(storage.in(namespace), id, now)
    }
  }

  async function fire(store: Store, id: ScheduleId, now: number): Promise<void> {
    const schedule = await store.schedules.get(id)
    if (!schedule || schedule.nextAt === null) return
    const [dueAt, at] = [schedule.nextAt, toTimestamp(now)]
    const { cron, timezone } = schedule
    const nextAt = cron === null ? null : ((await nextTime(cron, timezone, now)) ?? null)
    const runId = deriveId('run', id, dueAt)
    const skip = (error: string) =>
      store.transaction((tx) =>
        tx.schedules.advance(id, dueAt, { nextAt, lastRunId: schedule.lastRunId, error }, at),
      )
    const last = schedule.lastRunId && (await store.runs.get(schedule.lastRunId))
    if (last && last.completedAt === null) {
      await skip(STILL_AT_WORK)
      return
    }
    try {
      await store.transaction(async (tx) => {
        const sent = { nextAt, lastRunId: runId, error: null }
        if (await tx.schedules.advance(id, dueAt, sent, at)) await send(tx, runId, schedule, at)
      })
    } catch (error) {
      if (!(error instanceof UserError) || PASSING.has(error.code)) throw error
      await skip(error.message)
    }
  }

  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) =>
        log('warn', 'messages that are due could not be sent', { error: describeError(error) }),
      )
      .finally(() => {
        looking = undefined
      })
  }, LOOK_MILLISECONDS)
  timer.unref()

  return {
    async stop() {
      stopping = true
      clearInterval(timer)
      await looking
    },
  }
}

/** Tried again at the next look. */
const PASSING: ReadonlySet<string> = new Set(['busy', 'storage_full', 'internal'])
