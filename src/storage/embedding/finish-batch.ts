import { encodeFloat32 } from '../../vector/codes/float32.ts'
import type { Connection } from '../database/dialect.ts'
import { lockRead, lockSets } from '../database/lock-rows.ts'
import type { BatchEnding, EmbeddingOutcome, JobLease } from '../port/store.ts'
import { endBatch, findBatch } from './batches.ts'
import { fixDimension, textDigest, type VectorScope } from './vector-entries.ts'
import { settleSets, type VectorSetRow } from './vector-sets.ts'

/**
 * Vectors cached for recurring texts; the oldest are evicted, and those in use are also stored in their sets. Chosen by
 * hand.
 */
const MAX_CACHED = 10_000

type Refused = Extract<EmbeddingOutcome, { kind: 'refused' }>
type VectorOutcome = Extract<EmbeddingOutcome, { kind: 'vector' }>

interface BatchedTask {
  readonly row: number
  readonly set_row: number
  readonly entry_row: number
}

export async function finishBatch(
  scope: VectorScope,
  lease: JobLease,
  { outcomes, retryAt, problem }: BatchEnding,
): Promise<{ readonly problem: string | null }> {
  const { db, dialect } = scope
  const batch = await findBatch(db, lease, lockRead({ dialect, writes: true }, 'job'))
  if (batch === undefined) return { problem: null }
  // All of them before their sets, in a fixed order, to avoid deadlocks.
  const tasks = await db
    .selectFrom('embedding_task')
    .select(['row', 'set_row', 'entry_row'])
    .where('job_row', '=', batch)
    .orderBy('row')
    .modifyEnd(lockRead({ dialect, writes: true }, 'embedding_task'))
    .execute()
  const byTask = new Map(outcomes.map((outcome) => [outcome.task.row, outcome]))
  const rest = tasks.filter(({ row }) => !byTask.has(row)).map(({ row }) => row)
  if (problem !== undefined && rest.length > 0) {
    await db.updateTable('embedding_task').set({ problem }).where('row', 'in', rest).execute()
  }
  const stored = await finishTasks(scope, tasks, byTask, retryAt)
  await endBatch(db, batch)
  return stored
}

async function finishTasks(
  scope: VectorScope,
  batch: readonly BatchedTask[],
  byTask: ReadonlyMap<number, EmbeddingOutcome>,
  retryAt: string,
): Promise<{ readonly problem: string | null }> {
  const { db } = scope
  const tasks = batch.filter(({ row }) => byTask.has(row))
  if (tasks.length === 0) return { problem: null }
  const setRows = [...new Set(tasks.map(({ set_row }) => set_row))]
  await lockSets(scope.db, scope.dialect, setRows)
  const sets = await db.selectFrom('vector_set').selectAll().where('row', 'in', setRows).execute()
  let problem: string | null = null
  for (const set of sets) {
    const found: (VectorOutcome & { readonly entryRow: number })[] = []
    for (const { row, entry_row } of tasks.filter(({ set_row }) => set_row === set.row)) {
      const outcome = byTask.get(row)
      if (outcome?.kind === 'refused') await refuse(db, outcome)
      else if (outcome) found.push({ ...outcome, entryRow: entry_row })
    }
    problem = (await store(scope, set, found, retryAt)) ?? problem
  }
  await settleSets(
    scope,
    sets.map(({ row }) => row),
  )
  return { problem }
}

async function refuse(db: Connection, { task, problem, retryAt }: Refused): Promise<void> {
  await db
    .updateTable('embedding_task')
    .set(({ eb }) => ({
      attempts: eb('attempts', '+', 1),
      problem,
      retry_at: retryAt,
    }))
    .where('row', '=', task.row)
    .execute()
}

async function store(
  { db, dialect }: VectorScope,
  set: VectorSetRow,
  found: readonly (VectorOutcome & { readonly entryRow: number })[],
  retryAt: string,
): Promise<string | null> {
  const dimension = set.dimension ?? found[0]?.vector.length
  if (dimension === undefined) return null
  const fitting = found.filter(({ vector }) => vector.length === dimension)
  const encoded = fitting.map((one) => ({ ...one, bytes: encodeFloat32(one.vector) }))
  await dialect.vectors.insert(
    db,
    encoded.map(({ entryRow, bytes }) => ({
      set_row: set.row,
      entry_row: entryRow,
      vector: bytes,
    })),
  )
  await cache(
    db,
    set.handle,
    new Map(encoded.map(({ task, bytes }) => [textDigest(set.namespace, task.text), bytes])),
  )
  const taskRows = (some: typeof found) => some.map(({ task }) => task.row)
  if (fitting.length > 0) {
    await db.deleteFrom('embedding_task').where('row', 'in', taskRows(fitting)).execute()
    if (set.dimension === null) await fixDimension(db, set.row, dimension)
  }
  const other = found.find(({ vector }) => vector.length !== dimension)
  if (!other) {
    if (set.problem !== null && fitting.length > 0) await setProblem(db, set.row, null, '')
    return null
  }
  const problem = `${set.handle} returns vectors of ${other.vector.length} dimensions, but those stored have ${dimension}. Fix the endpoint, or choose another embedding with update_agent.`
  await db
    .updateTable('embedding_task')
    .set({ problem })
    .where('row', 'in', taskRows(found.filter((one) => !fitting.includes(one))))
    .execute()
  await setProblem(db, set.row, problem, retryAt)
  return problem
}

async function setProblem(
  db: Connection,
  row: number,
  problem: string | null,
  pausedUntil: string,
): Promise<void> {
  await db
    .updateTable('vector_set')
    .set({ problem, paused_until: pausedUntil })
    .where('row', '=', row)
    .execute()
}

async function cache(
  db: Connection,
  handle: string,
  vectors: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  if (vectors.size === 0) return
  const rows = await db
    .insertInto('embedding_cache')
    // In a fixed order, to avoid deadlocks.
    .values(
      [...vectors]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([digest, vector]) => ({ handle, digest, vector })),
    )
    .onConflict((conflict) =>
      conflict.columns(['handle', 'digest']).doUpdateSet((eb) => ({
        vector: eb.ref('excluded.vector'),
      })),
    )
    .returning('row')
    .execute()
  const newest = Math.max(...rows.map(({ row }) => row))
  await db
    .deleteFrom('embedding_cache')
    .where('row', '<=', newest - MAX_CACHED)
    .execute()
}
