import { sql } from 'kysely'
import type { JobId } from '../../core/ids.ts'
import { recordChange } from '../changes/changes.ts'
import { changed } from '../database/changed.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { JobWrites } from '../port/job-store.ts'
import { isOpenJob, jobReads, toJob } from './jobs.ts'

/** Finished jobs older than the last thousands are forgotten. Chosen by hand. */
const KEPT = 10_000

const FREE = { owner: '', expires_at: '' } as const

export function jobWrites(scope: QueryScope): JobWrites {
  const { db, namespace } = scope
  const update = (id: JobId) =>
    db.updateTable('job').where('namespace', '=', namespace).where('id', '=', id).where(isOpenJob)
  const log = (id: JobId, at: string) => recordChange(db, namespace, 'job', id, at)

  return {
    async insert({ id, kind, agentId, title, input, key = '', place = '', ...rest }) {
      const row = await db
        .insertInto('job')
        .values({
          ...{ namespace, id, kind, agent_id: agentId, job_key: key, place, title, input },
          ...{ state: null, status: 'queued', done: 0, total: rest.total ?? null, attempts: 0 },
          ...{ retry_at: rest.startAt ?? '', cancel_requested: 0, ...FREE, fence: 0 },
          ...{ error: null, report: null, created_at: rest.createdAt },
          ...{ started_at: null, completed_at: null },
        })
        // As the index `job_open_key` has it.
        .onConflict((conflict) =>
          conflict
            .columns(['namespace', 'kind', 'job_key'])
            .where(sql<boolean>`job_key <> '' AND status IN ('queued', 'running', 'waiting')`)
            .doNothing(),
        )
        .returningAll()
        .executeTakeFirst()
      if (!row) {
        const open = await jobReads(scope).open(kind, key)
        if (!open) throw new Error('a job was neither inserted nor found')
        return open
      }
      await log(id, rest.createdAt)
      return toJob(row)
    },

    async hold({ jobId, owner, fence }, expiresAt) {
      return changed(
        await update(jobId)
          .set({ expires_at: expiresAt })
          .where('owner', '=', owner)
          .where('fence', '=', fence)
          .executeTakeFirst(),
      )
    },

    async progress(id, { done, total, state, input }, at) {
      await update(id)
        .set({
          attempts: 0,
          ...(done !== undefined && { done }),
          ...(total !== undefined && { total }),
          ...(state !== undefined && { state }),
          ...(input !== undefined && { input }),
        })
        .execute()
      await log(id, at)
    },

    async postpone(id, { retryAt, error }, at) {
      await update(id)
        .set({
          ...{ ...FREE, status: 'waiting', retry_at: retryAt },
          error: error === null ? null : JSON.stringify(error),
          ...(error === null && { attempts: 0 }),
        })
        .execute()
      await log(id, at)
    },

    async wake(id, at) {
      const woken = changed(
        await update(id).set({ retry_at: '' }).where('status', '=', 'waiting').executeTakeFirst(),
      )
      if (woken) await log(id, at)
      return woken
    },

    async requestCancel(id, at) {
      const ended = changed(
        await update(id)
          .set({ status: 'cancelled', cancel_requested: 1, completed_at: at })
          .where('owner', '=', '')
          .executeTakeFirst(),
      )
      const asked =
        ended || changed(await update(id).set({ cancel_requested: 1 }).executeTakeFirst())
      if (asked) await log(id, at)
      return asked
    },

    async finish(id, { status, error, report, at }) {
      const row = await update(id)
        .set({
          ...{ ...FREE, status, report, retry_at: '', completed_at: at },
          error: error === null ? null : JSON.stringify(error),
        })
        .returning('row')
        .executeTakeFirst()
      if (!row) return false
      await db
        .deleteFrom('job')
        .where('namespace', '=', namespace)
        .where('row', '<', row.row - KEPT)
        .where('completed_at', 'is not', null)
        .execute()
      await log(id, at)
      return true
    },

    async release({ jobId, owner, fence }, at) {
      const released = await update(jobId)
        .set(({ eb }) => ({
          ...{ ...FREE, status: 'queued' },
          attempts: sql<number>`CASE WHEN ${eb.ref('attempts')} > 0 THEN ${eb.ref('attempts')} - 1 ELSE 0 END`,
        }))
        .where('owner', '=', owner)
        .where('fence', '=', fence)
        .executeTakeFirst()
      if (changed(released)) await log(jobId, at)
    },
  }
}
