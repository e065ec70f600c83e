import { sql } from 'kysely'
import { storedId } from '../../core/ids.ts'
import { recordChange } from '../changes/changes.ts'
import { changed } from '../database/changed.ts'
import type { Connection, Dialect } from '../database/dialect.ts'
import { lockFree } from '../database/lock-rows.ts'
import type { HeldJobLease, JobClaim, JobLease, JobQueue } from '../port/job-store.ts'
import { isOpenJob, toJob } from './jobs.ts'

/** Across namespaces: a free worker takes jobs of any. */
export function createJobQueue(
  reader: Connection,
  dialect: Dialect,
  transact: <T>(work: (trx: Connection) => Promise<T>) => Promise<T>,
): JobQueue {
  const lease = (db: Connection, { namespace, jobId, owner, fence }: JobLease) =>
    db
      .updateTable('job')
      .where('namespace', '=', namespace)
      .where('id', '=', jobId)
      .where('owner', '=', owner)
      .where('fence', '=', fence)
  const held = () => reader.selectFrom('job').where(isOpenJob).where('owner', '<>', '')

  return {
    async next(claim) {
      // Most looks find nothing, so they avoid the write lock.
      if ((await oldestFree(reader, claim)) === undefined) return undefined
      return transact(async (trx) => {
        const row = await oldestFree(trx, claim, lockFree(dialect, 'job'))
        if (row === undefined) return undefined
        const taken = await trx
          .updateTable('job')
          .set(({ eb }) => ({
            ...{ owner: claim.owner, expires_at: claim.expiresAt, status: 'running', retry_at: '' },
            fence: eb('fence', '+', 1),
            attempts: eb('attempts', '+', 1),
            started_at: eb.fn.coalesce('started_at', eb.val(claim.now)),
          }))
          .where('row', '=', row)
          .returningAll()
          .executeTakeFirstOrThrow()
        const job = toJob(taken)
        await recordChange(trx, taken.namespace, 'job', job.id, claim.now)
        const { namespace, owner, fence } = taken
        return { job, lease: { namespace, jobId: job.id, owner, fence } }
      })
    },

    renew: (one, expiresAt) =>
      transact(async (trx) =>
        changed(await lease(trx, one).set({ expires_at: expiresAt }).executeTakeFirst()),
      ),

    async owners() {
      const rows = await held().select('owner').distinct().execute()
      return rows.map(({ owner }) => owner)
    },

    async held() {
      const rows = await held()
        .select(['namespace', 'id', 'owner', 'fence', 'expires_at'])
        .execute()
      return rows.map(
        ({ namespace, id, owner, fence, expires_at: expiresAt }): HeldJobLease => ({
          ...{ namespace, jobId: storedId('job', id), owner, fence, expiresAt },
        }),
      )
    },

    expire: (one) =>
      transact(async (trx) =>
        changed(
          await lease(trx, one)
            .set({ owner: '', expires_at: '', status: 'queued' })
            .where('expires_at', '=', one.expiresAt)
            .executeTakeFirst(),
        ),
      ),

    async abandon(owner) {
      const open = await held().select('row').where('owner', '=', owner).executeTakeFirst()
      if (open === undefined) return
      await transact((trx) =>
        trx
          .updateTable('job')
          .set({ owner: '', expires_at: '', status: 'queued' })
          .where('owner', '=', owner)
          .where(isOpenJob)
          .execute(),
      )
    },
  }
}

async function oldestFree(
  db: Connection,
  { now, kinds, places = [], except = [] }: JobClaim,
  lock = sql``,
): Promise<number | undefined> {
  if (kinds.length === 0) return undefined
  const found = await db
    .selectFrom('job')
    .select('job.row')
    .where(isOpenJob)
    .where('job.owner', '=', '')
    .where('job.retry_at', '<=', now)
    .where('job.kind', 'in', kinds)
    .where('job.place', 'in', ['', ...places])
    .$if(except.length > 0, (free) => free.where('job.id', 'not in', except))
    .orderBy('job.row')
    .limit(1)
    .modifyEnd(lock)
    .executeTakeFirst()
  return found?.row
}
