import { sql } from 'kysely'
import { decodeCursor } from '../../core/page.ts'
import { RUN_STATUSES, type RunStatus } from '../../core/run.ts'
import type { Connection } from '../database/dialect.ts'
import { inSlices, SLICE } from '../database/in-slices.ts'
import type { RunFilter } from '../port/store.ts'

/* Lists of runs from indexes alone: of a million runs only the requested ones are read. */

/**
 * Unfinished runs; later runs of the agent can't start before them. A literal, not a parameter, so that SQLite uses the
 * partial index `run_open`.
 */
export function isOpen(status: 'run.status' | 'earlier.status' | 'next.status' | 'status') {
  return sql<boolean>`${sql.ref(status)} IN ('queued', 'running', 'waiting', 'requires_approval')`
}

/** Finished runs, for the partial index `run_over`. */
const isOver = sql<boolean>`status IN ('completed', 'failed', 'cancelled')`
const OVER = ['completed', 'failed', 'cancelled'] as const

/** Row numbers of one run more than the page holds, newest first. */
export async function newestRuns(
  db: Connection,
  namespace: string,
  { agentId, status, parentRunId, limit, cursor }: RunFilter,
): Promise<readonly number[]> {
  const before = decodeCursor(cursor)?.[0]
  let select = db
    .selectFrom('run')
    .select('row')
    .orderBy('row', 'desc')
    .limit(limit + 1)
  if (before !== undefined) select = select.where('row', '<', before)
  if (status !== undefined) select = select.where('status', '=', status)
  if (parentRunId !== undefined) {
    select = select.where('namespace', '=', namespace).where('parent_run_id', '=', parentRunId)
    if (agentId !== undefined) select = select.where('agent_id', '=', agentId)
  } else if (agentId !== undefined) {
    select = select.where('namespace', '=', namespace).where('agent_id', '=', agentId)
  } else if (status === undefined) {
    // `|| ''` keeps SQLite from sorting the whole namespace: the newest rows are at the end of the table.
    select = select.where(sql<boolean>`namespace || '' = ${namespace}`)
  } else {
    // Open runs are indexed by agent; this condition selects the index.
    select = select.where('namespace', '=', namespace)
    select = OVER.some((over) => over === status)
      ? select.where(isOver)
      : select.where(isOpen('status')).where('agent_id', '>', '')
  }
  return (await select.execute()).map(({ row }) => row)
}

export async function countRuns(
  db: Connection,
  namespace: string,
): Promise<Readonly<Record<RunStatus, number>>> {
  const counts = new Map<string, number>()
  const open = await db
    .selectFrom('run')
    .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
    .where('namespace', '=', namespace)
    .where(isOpen('status'))
    .groupBy('status')
    .execute()
  for (const { status, count } of open) counts.set(status, Number(count))
  for (const status of OVER) counts.set(status, await countOver(db, namespace, status))
  const entries = RUN_STATUSES.map((status) => [status, counts.get(status) ?? 0])
  return Object.fromEntries(entries)
}

async function countOver(
  db: Connection,
  namespace: string,
  status: (typeof OVER)[number],
): Promise<number> {
  return inSlices((after: number | undefined) => {
    const rows = db
      .selectFrom('run')
      .select('row')
      .where('namespace', '=', namespace)
      .where(isOver)
      .where('status', '=', status)
      .where('row', '>', after ?? 0)
      .orderBy('row')
      .limit(SLICE)
    return db
      .selectFrom(rows.as('slice'))
      .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.max('row').as('last')])
      .executeTakeFirstOrThrow()
  })
}
