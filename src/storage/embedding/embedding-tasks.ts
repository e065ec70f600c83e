import type { Connection, Dialect } from '../database/dialect.ts'
import { lockFree, lockOwners } from '../database/lock-rows.ts'
import type {
  EmbeddingBatch,
  EmbeddingClaim,
  EmbeddingTask,
  EmbeddingTasks,
} from '../port/vector-store.ts'
import { beginBatch, dissolveFree, isFreeTask } from './batches.ts'
import { createVectorSetCounts } from './count-vector-sets.ts'
import { fillOneSet } from './fill-vector-set.ts'
import { finishBatch } from './finish-batch.ts'
import { copyKnown, type VectorScope } from './vector-entries.ts'
import { MAX_ATTEMPTS, makeSet, settleSets } from './vector-sets.ts'

/** Archives that get a vector set in one transaction. Chosen by hand. */
const ADOPTED_AT_ONCE = 100

/** Across namespaces: a free worker takes tasks of any. */
export function createEmbeddingTasks(
  reader: Connection,
  dialect: Dialect,
  transact: <T>(work: (trx: Connection) => Promise<T>) => Promise<T>,
  vectorBytes: number,
): EmbeddingTasks {
  return {
    async adopt(fallback, at) {
      // Most looks find nothing, so they avoid the write lock.
      if ((await archivesWithoutSet(reader, fallback)).length === 0) return 0
      return transact(async (trx) => {
        const found = await archivesWithoutSet(trx, fallback)
        for (const { namespace, id } of found) {
          await lockOwners({ db: trx, namespace, dialect }, 'archive', [id])
        }
        // Checked again under the lock: others may have given them a set, or deleted them.
        const isLocked = (one: Owner) =>
          found.some(({ namespace, id }) => namespace === one.namespace && id === one.id)
        const left = (await archivesWithoutSet(trx, fallback)).filter(isLocked)
        for (const { namespace, id, handle } of left) {
          await makeSet(trx, { namespace, kind: 'archive', owner_id: id, handle, created_at: at })
        }
        return left.length
      })
    },

    async hasSets() {
      const row = await reader.selectFrom('vector_set').select('row').limit(1).executeTakeFirst()
      return row !== undefined
    },

    async handles(now) {
      const rows = await reader
        .selectFrom('vector_set')
        .select('handle')
        .distinct()
        .where('paused_until', '<=', now)
        .where(({ eb, or, exists, selectFrom }) =>
          or([
            eb('filled_to', 'is not', null),
            exists(
              selectFrom('embedding_task')
                .select('embedding_task.row')
                .whereRef('set_row', '=', 'vector_set.row')
                .where('retry_at', '<=', now)
                .where('attempts', '<', MAX_ATTEMPTS)
                .where(isFreeTask),
            ),
          ]),
        )
        .execute()
      return rows.map(({ handle }) => handle)
    },

    claim: (claim) => transact((db) => claimBatch({ db, dialect }, claim)),

    finish: (lease, ending) => transact((db) => finishBatch({ db, dialect }, lease, ending)),

    counts: createVectorSetCounts(reader, vectorBytes),
  }
}

interface Owner {
  readonly namespace: string
  readonly id: string
}

async function archivesWithoutSet(db: Connection, fallback: string | null) {
  const rows = await db
    .selectFrom('archive')
    .leftJoin('agent_archive', (join) =>
      join
        .onRef('agent_archive.namespace', '=', 'archive.namespace')
        .onRef('agent_archive.archive_id', '=', 'archive.id')
        .on('agent_archive.is_default', '=', 1),
    )
    .leftJoin('agent', (join) =>
      join
        .onRef('agent.namespace', '=', 'agent_archive.namespace')
        .onRef('agent.id', '=', 'agent_archive.agent_id'),
    )
    .select(({ fn, val }) => [
      'archive.namespace',
      'archive.id',
      fn.max(fn.coalesce('agent.embedding', val(fallback))).as('handle'),
    ])
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('vector_set')
            .select('vector_set.row')
            .whereRef('vector_set.namespace', '=', 'archive.namespace')
            .where('kind', '=', 'archive')
            .whereRef('owner_id', '=', 'archive.id'),
        ),
      ),
    )
    // Without a fallback, the index `agent_embedding` finds the few agents that name a model.
    .$if(fallback === null, (query) => query.where('agent.embedding', 'is not', null))
    .groupBy(['archive.namespace', 'archive.id'])
    .orderBy('archive.namespace')
    .orderBy('archive.id')
    .limit(ADOPTED_AT_ONCE)
    .execute()
  return rows.map(({ namespace, id, handle }) => ({ namespace, id, handle: handle ?? '' }))
}

async function claimBatch(
  scope: VectorScope,
  claim: EmbeddingClaim,
): Promise<{ readonly batch: EmbeddingBatch | undefined; readonly progressed: boolean }> {
  const trx = scope.db
  await dissolveFree(scope)
  const found = await trx
    .selectFrom('vector_set')
    .innerJoin('embedding_task', 'embedding_task.set_row', 'vector_set.row')
    .select(['embedding_task.row', 'set_row', 'entry_row', 'attempts'])
    .where('vector_set.handle', '=', claim.handle)
    .where('vector_set.paused_until', '<=', claim.now)
    .where('embedding_task.job_row', 'is', null)
    .where('embedding_task.retry_at', '<=', claim.now)
    .where('embedding_task.attempts', '<', MAX_ATTEMPTS)
    .orderBy('vector_set.row')
    .orderBy('embedding_task.entry_row')
    .limit(claim.mostTasks)
    .modifyEnd(lockFree(scope.dialect, 'embedding_task'))
    .execute()
  if (found.length === 0) {
    return { batch: undefined, progressed: await fillOneSet(scope, claim.handle, claim.now) }
  }
  const tasks: EmbeddingTask[] = []
  let characters = 0
  for (const task of await withoutKnown(scope, found)) {
    characters += task.text.length
    if (tasks.length > 0 && characters > claim.mostCharacters) break
    tasks.push(task)
  }
  if (tasks.length === 0) return { batch: undefined, progressed: true }
  return { batch: { tasks, lease: await beginBatch(trx, claim, tasks) }, progressed: true }
}

interface FoundTask {
  readonly row: number
  readonly set_row: number
  readonly entry_row: number
  readonly attempts: number
}

/** Drops texts whose vector another set or task has stored since the task was made. */
async function withoutKnown(
  scope: VectorScope,
  found: readonly FoundTask[],
): Promise<readonly EmbeddingTask[]> {
  const trx = scope.db
  const sets = await trx
    .selectFrom('vector_set')
    .selectAll()
    .where('row', 'in', [...new Set(found.map(({ set_row }) => set_row))])
    .orderBy('row')
    .execute()
  const open: EmbeddingTask[] = []
  for (const set of sets) {
    const tasks = found.filter(({ set_row }) => set_row === set.row)
    const table = set.kind === 'archive' ? ('passage' as const) : ('message' as const)
    const entries = await trx
      .selectFrom(table)
      .select(['row', 'text'])
      .where(
        'row',
        'in',
        tasks.map(({ entry_row }) => entry_row),
      )
      .execute()
    const unknown = new Map(
      (await copyKnown(scope, set, entries)).map(({ row, text }) => [row, text]),
    )
    const settled: number[] = []
    for (const { row, entry_row, attempts } of tasks) {
      const text = unknown.get(entry_row)
      if (text === undefined) settled.push(row)
      else open.push({ row, text, attempts })
    }
    if (settled.length === 0) continue
    await trx.deleteFrom('embedding_task').where('row', 'in', settled).execute()
    await settleSets(scope, [set.row])
  }
  return open
}
