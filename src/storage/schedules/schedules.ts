import type { Selectable } from 'kysely'
import { z } from 'zod'
import { SCOPES } from '../../core/access.ts'
import { storedId } from '../../core/ids.ts'
import { decodeCursor, pageOf } from '../../core/page.ts'
import type { Schedule } from '../../core/schedule.ts'
import { recordChange } from '../changes/changes.ts'
import type { Connection } from '../database/dialect.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { DueSchedules, ScheduleReads, ScheduleWrites } from '../port/store.ts'

const Scopes = z.array(z.enum(SCOPES))

export function scheduleReads({ db, namespace }: QueryScope): ScheduleReads {
  const all = () => db.selectFrom('schedule').selectAll().where('namespace', '=', namespace)
  return {
    async get(id) {
      const row = await all().where('id', '=', id).executeTakeFirst()
      return row && toSchedule(row)
    },

    async list({ agentId, limit, cursor }) {
      const [before] = decodeCursor(cursor) ?? []
      let select = all()
        .orderBy('row', 'desc')
        .limit(limit + 1)
      if (before !== undefined) select = select.where('row', '<', before)
      if (agentId !== undefined) select = select.where('agent_id', '=', agentId)
      return pageOf(await select.execute(), limit, toSchedule, ({ row }) => [row])
    },

    async countOpen(agentId) {
      const { open } = await db
        .selectFrom('schedule')
        .select(({ fn }) => fn.countAll<number>().as('open'))
        .where('namespace', '=', namespace)
        .where('agent_id', '=', agentId)
        .where('next_at', 'is not', null)
        .executeTakeFirstOrThrow()
      return Number(open)
    },
  }
}

export function scheduleWrites({ db, namespace }: QueryScope): ScheduleWrites {
  return {
    async insert(schedule) {
      await db
        .insertInto('schedule')
        .values({
          ...{ namespace, id: schedule.id, agent_id: schedule.agentId },
          ...{ message: schedule.message, cron: schedule.cron, timezone: schedule.timezone },
          ...{ next_at: schedule.nextAt, last_at: schedule.lastAt },
          ...{ last_run_id: schedule.lastRunId, error: schedule.error },
          scopes: schedule.scopes && JSON.stringify(schedule.scopes),
          created_at: schedule.createdAt,
        })
        .execute()
      await recordChange(db, namespace, 'schedule', schedule.id, schedule.createdAt)
    },

    async advance(id, dueAt, { nextAt, lastRunId, error }, at) {
      const { numUpdatedRows } = await db
        .updateTable('schedule')
        .set({ next_at: nextAt, last_at: dueAt, last_run_id: lastRunId, error })
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .where('next_at', '=', dueAt)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return false
      await recordChange(db, namespace, 'schedule', id, at)
      return true
    },

    async delete(id, at) {
      const { numDeletedRows } = await db
        .deleteFrom('schedule')
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .executeTakeFirst()
      if (numDeletedRows === 0n) return false
      await recordChange(db, namespace, 'schedule', id, at)
      return true
    },
  }
}

export function createDueSchedules(reader: Connection): DueSchedules {
  return {
    async due(by, limit) {
      const rows = await reader
        .selectFrom('schedule')
        .select(['namespace', 'id'])
        .where('next_at', 'is not', null)
        .where('next_at', '<=', by)
        .orderBy('next_at')
        .limit(limit)
        .execute()
      return rows.map(({ namespace, id }) => ({ namespace, id: storedId('schedule', id) }))
    },
  }
}

function toSchedule(row: Selectable<Database['schedule']>): Schedule {
  return {
    id: storedId('schedule', row.id),
    agentId: storedId('agent', row.agent_id),
    message: row.message,
    cron: row.cron,
    timezone: row.timezone,
    nextAt: row.next_at,
    lastAt: row.last_at,
    lastRunId: row.last_run_id === null ? null : storedId('run', row.last_run_id),
    error: row.error,
    scopes: row.scopes === null ? null : Scopes.parse(JSON.parse(row.scopes)),
    createdAt: row.created_at,
  }
}
