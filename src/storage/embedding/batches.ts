import { sql } from 'kysely'
import { newId } from '../../core/ids.ts'
import type { Connection } from '../database/dialect.ts'
import { lockFree } from '../database/lock-rows.ts'
import { isOpenJob } from '../jobs/jobs.ts'
import type { EmbeddingClaim, EmbeddingTask, JobLease } from '../port/store.ts'
import type { VectorScope } from './vector-entries.ts'

/*
 * A batch of texts under way to a model is a job, which gives it a lease and a fence. It is made by the process that
 * works on it, and its row is deleted when it ends.
 */

const KIND = 'embed'
/** Batches mix the texts of all namespaces, and no namespace has this name. */
const NO_NAMESPACE = ''

/** In no batch, or in one that nobody works on. */
export const isFreeTask = sql<boolean>`(job_row IS NULL OR EXISTS (
  SELECT 1 FROM job WHERE job.row = embedding_task.job_row AND job.owner = ''
))`

export async function beginBatch(
  trx: Connection,
  { handle, owner, now, expiresAt }: EmbeddingClaim,
  tasks: readonly EmbeddingTask[],
): Promise<JobLease> {
  const jobId = newId('job')
  const fence = 1
  const { row } = await trx
    .insertInto('job')
    .values({
      ...{ namespace: NO_NAMESPACE, id: jobId, kind: KIND, agent_id: null, job_key: '', place: '' },
      ...{ title: handle, input: '', state: null, status: 'running', done: 0, attempts: 1 },
      ...{ total: tasks.length, retry_at: '', cancel_requested: 0, owner, fence },
      ...{ expires_at: expiresAt, error: null, report: null },
      ...{ created_at: now, started_at: now, completed_at: null },
    })
    .returning('row')
    .executeTakeFirstOrThrow()
  await trx
    .updateTable('embedding_task')
    .set({ job_row: row })
    .where(
      'row',
      'in',
      tasks.map((task) => task.row),
    )
    .execute()
  return { namespace: NO_NAMESPACE, jobId, owner, fence }
}

/** The row of a batch that this lease still holds. */
export async function findBatch(
  trx: Connection,
  { namespace, jobId, owner, fence }: JobLease,
  lock = sql``,
): Promise<number | undefined> {
  const batch = await trx
    .selectFrom('job')
    .select('job.row')
    .where('namespace', '=', namespace)
    .where('id', '=', jobId)
    .where('owner', '=', owner)
    .where('fence', '=', fence)
    .modifyEnd(lock)
    .executeTakeFirst()
  return batch?.row
}

/** Its tasks are free again. */
export async function endBatch(trx: Connection, row: number): Promise<void> {
  await trx
    .updateTable('embedding_task')
    .set({ job_row: null })
    .where('job_row', '=', row)
    .execute()
  await trx.deleteFrom('job').where('row', '=', row).execute()
}

/** Ends the batches whose processes have gone. */
export async function dissolveFree({ db, dialect }: VectorScope): Promise<void> {
  const rows = await db
    .selectFrom('job')
    .select('job.row')
    .where(isOpenJob)
    .where('job.kind', '=', KIND)
    .where('job.owner', '=', '')
    .orderBy('job.row')
    .modifyEnd(lockFree(dialect, 'job'))
    .execute()
  for (const { row } of rows) await endBatch(db, row)
}
