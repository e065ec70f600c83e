import { type Selectable, sql } from 'kysely'
import { z } from 'zod'
import { ERROR_CODES } from '../../core/errors.ts'
import { storedId } from '../../core/ids.ts'
import { JOB_STATUSES, type Job } from '../../core/job.ts'
import { decodeCursor, pageOf } from '../../core/page.ts'
import { lockRead } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { JobReads } from '../port/job-store.ts'

const Status = z.enum(JOB_STATUSES)
const Failure = z.object({ code: z.enum(ERROR_CODES), message: z.string() })

/** A literal, not a parameter, so that the partial indexes of unfinished jobs are used. */
export const isOpenJob = sql<boolean>`job.status IN ('queued', 'running', 'waiting')`

export function jobReads(scope: QueryScope): JobReads {
  const { db, namespace } = scope
  const all = () => db.selectFrom('job').selectAll('job').where('job.namespace', '=', namespace)

  return {
    async get(id) {
      const row = await all()
        .where('job.id', '=', id)
        .modifyEnd(lockRead(scope, 'job'))
        .executeTakeFirst()
      return row && toJob(row)
    },

    async list({ agentId, kind, limit, cursor }) {
      const before = decodeCursor(cursor)?.[0]
      let query = all()
        .orderBy('job.row', 'desc')
        .limit(limit + 1)
      if (before !== undefined) query = query.where('job.row', '<', before)
      if (agentId !== undefined) query = query.where('job.agent_id', '=', agentId)
      if (kind !== undefined) query = query.where('job.kind', '=', kind)
      return pageOf(await query.execute(), limit, toJob, ({ row }) => [row])
    },

    async open(kind, key) {
      const row = await all()
        .where('job.kind', '=', kind)
        .where('job.job_key', '=', key)
        .where('job.job_key', '<>', '')
        .where(isOpenJob)
        .executeTakeFirst()
      return row && toJob(row)
    },
  }
}

export function toJob(row: Selectable<Database['job']>): Job {
  return {
    id: storedId('job', row.id),
    kind: row.kind,
    agentId: row.agent_id === null ? null : storedId('agent', row.agent_id),
    title: row.title,
    input: row.input,
    state: row.state,
    status: Status.parse(row.status),
    done: row.done,
    total: row.total,
    attempts: row.attempts,
    retryAt: row.retry_at === '' ? null : row.retry_at,
    cancelRequested: row.cancel_requested === 1,
    error: row.error === null ? null : Failure.parse(JSON.parse(row.error)),
    report: row.report,
    createdAt: row.created_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
  }
}
