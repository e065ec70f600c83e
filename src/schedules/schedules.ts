import type { Agent } from '../core/agent.ts'
import { type Clock, type Timestamp, toTimestamp } from '../core/clock.ts'
import { parseMoment } from '../core/dates.ts'
import { UserError } from '../core/errors.ts'
import { newId, readId } from '../core/ids.ts'
import { MAX_SCHEDULES, type Schedule } from '../core/schedule.ts'
import { checkTimezone } from '../core/timezone.ts'
import { findAgent } from '../memory/find-agent.ts'
import type { SchedulesPort } from '../service/schedules-port.ts'
import type { Reads, Store } from '../storage/port/store.ts'
import { nextTime } from './next-time.ts'

export interface SchedulesOptions {
  readonly store: Store
  readonly clock: Clock
  /** The message as it is stored. Throws a UserError if the agent can't get it without a client. */
  readonly check: (agent: Agent, message: string) => string
}

/** Messages to agents at set times, in one namespace. */
export function createSchedules({ store, clock, check }: SchedulesOptions): SchedulesPort {
  async function find(reads: Pick<Reads, 'schedules'>, reference: string): Promise<Schedule> {
    const id = readId('schedule', reference)
    const schedule = id && (await reads.schedules.get(id))
    if (schedule) return schedule
    throw new UserError(
      'not_found',
      `There is no schedule ${JSON.stringify(reference)}. list_schedules shows those that there are.`,
    )
  }

  return {
    async create({ agent: reference, message, at, cron, timezone, scopes }) {
      const agent = await findAgent(store.agents, reference)
      const zone = timezone ?? agent.settings.timezone
      checkTimezone(zone, 'Nothing was scheduled.')
      const now = clock()
      const nextAt = await firstTime({ at, cron }, zone, now)
      const schedule: Schedule = {
        ...{ id: newId('schedule'), agentId: agent.id, message: check(agent, message) },
        ...{ cron: cron?.trim() ?? null, timezone: zone, nextAt },
        ...{ lastAt: null, lastRunId: null, error: null, scopes, createdAt: toTimestamp(now) },
      }
      await store.transaction(async (tx) => {
        const { id } = await findAgent(tx.agents, agent.id)
        if ((await tx.schedules.countOpen(id)) >= MAX_SCHEDULES) {
          throw new UserError(
            'limit_exceeded',
            `${agent.name} has ${MAX_SCHEDULES} schedules, which is the most. Delete one first (delete_schedule).`,
          )
        }
        await tx.schedules.insert(schedule)
      })
      return schedule
    },

    get: (reference) => find(store, reference),

    async list({ agent, ...page }) {
      const agentId = agent === undefined ? undefined : (await findAgent(store.agents, agent)).id
      return store.schedules.list({ ...page, agentId })
    },

    async delete(reference) {
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const { id } = await find(tx, reference)
        await tx.schedules.delete(id, at)
        return id
      })
    },
  }
}

async function firstTime(
  { at, cron }: { readonly at?: string | undefined; readonly cron?: string | undefined },
  timezone: string,
  now: number,
): Promise<Timestamp> {
  if ((at === undefined) === (cron === undefined)) {
    throw new UserError(
      'invalid_argument',
      'Give either at, for once, or cron, for again and again. Nothing was scheduled.',
    )
  }
  if (cron !== undefined) {
    const next = await nextTime(cron.trim(), timezone, now)
    if (next !== undefined) return next
    throw new UserError('invalid_argument', `"${cron}" never comes. Nothing was scheduled.`)
  }
  const moment = parseMoment('at', at ?? '', 'start', timezone)
  if (Date.parse(moment) > now) return moment
  throw new UserError(
    'invalid_argument',
    `${moment} is over: it is ${toTimestamp(now)}. Give a time to come. Nothing was scheduled.`,
  )
}
