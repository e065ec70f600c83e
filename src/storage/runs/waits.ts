import { sql } from 'kysely'
import { type RunId, storedId } from '../../core/ids.ts'
import { changed } from '../database/changed.ts'
import type { Connection } from '../database/dialect.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { RunWait, WaitEdge, WaitReads, WaitWrites } from '../port/store.ts'
import { requeue } from './requeue.ts'
import { isOpen } from './run-lists.ts'

/** Values of `settled`. */
const [OPEN, ENDED, LATE] = [0, 1, 2]

/** Waits of runs that are to hear of the end of this one. */
export function isToBeTold(db: Connection, namespace: string, id: string) {
  return db
    .selectFrom('run_wait')
    .select('run_wait.run_id')
    .where('run_wait.namespace', '=', namespace)
    .where('run_wait.target_run_id', '=', id)
    .where('run_wait.settled', 'in', [OPEN, LATE])
}

export function waitReads(scope: QueryScope): WaitReads {
  const { db, namespace } = scope
  const waits = () => db.selectFrom('run_wait').selectAll().where('namespace', '=', namespace)
  return {
    async waitsOf(id) {
      const rows = await waits().where('run_id', '=', id).where('settled', '=', 0).execute()
      return rows.map(toWait)
    },

    async waitersOf(id) {
      const rows = await waits().where('target_run_id', '=', id).where('settled', '=', 0).execute()
      return rows.map(toWait)
    },

    async lateWaitersOf(id) {
      const rows = await waits()
        .where('target_run_id', '=', id)
        .where('settled', '=', LATE)
        .execute()
      return rows.map(toWait)
    },

    async waitersOfAgent(id) {
      const rows = await db
        .selectFrom('run_wait')
        .innerJoin('run', (join) =>
          join
            .onRef('run.namespace', '=', 'run_wait.namespace')
            .onRef('run.id', '=', 'run_wait.target_run_id'),
        )
        .selectAll('run_wait')
        .where('run.namespace', '=', namespace)
        .where('run.agent_id', '=', id)
        .where(isOpen('run.status'))
        .where('run_wait.settled', '=', 0)
        .execute()
      return rows.map(toWait)
    },

    async targetsOf(id) {
      const rows = await waits().where('call_id', '=', id).orderBy('position').execute()
      return rows.map((row) => storedId('run', row.target_run_id))
    },

    waitsAhead: (id) => waitsAhead(scope, id),

    async tree(rootId) {
      // Only runs that another one began are in the index.
      const ids = sql<boolean>`run.namespace = ${namespace} AND
        (run.id = ${rootId} OR (run.root_run_id = ${rootId} AND run.parent_run_id IS NOT NULL))`
      const { runs } = await db
        .selectFrom('run')
        .select(({ fn }) => fn.countAll<number>().as('runs'))
        .where(ids)
        .executeTakeFirstOrThrow()
      const { tokens } = await db
        .selectFrom('run')
        .innerJoin('step', (join) =>
          join.onRef('step.namespace', '=', 'run.namespace').onRef('step.run_id', '=', 'run.id'),
        )
        .select(({ fn }) => fn.sum<number | null>('step.total_tokens').as('tokens'))
        .where(ids)
        .executeTakeFirstOrThrow()
      return { runs: Number(runs), tokens: Number(tokens ?? 0) }
    },

    async children(id) {
      const rows = await db
        .selectFrom('run')
        .select('id')
        .where('namespace', '=', namespace)
        .where('parent_run_id', '=', id)
        .orderBy('row')
        .execute()
      return rows.map((row) => storedId('run', row.id))
    },
  }
}

export function waitWrites(scope: QueryScope): WaitWrites {
  const { db, namespace, dialect } = scope
  const settle = async (
    { callId, targetId }: Pick<RunWait, 'callId' | 'targetId'>,
    from: number,
    to: number,
  ) =>
    changed(
      await db
        .updateTable('run_wait')
        .set({ settled: to })
        .where('namespace', '=', namespace)
        .where('call_id', '=', callId)
        .where('target_run_id', '=', targetId)
        .where('settled', '=', from)
        .executeTakeFirst(),
    )
  return {
    async lockWaits() {
      if (!dialect.locksRows) return
      await sql`SELECT pg_advisory_xact_lock(hashtext(${`waits ${namespace}`}))`.execute(db)
    },

    async wait({ runId, callId, targetId, until }) {
      const { position } = await db
        .selectFrom('run_wait')
        .select(({ fn }) => fn.countAll<number>().as('position'))
        .where('namespace', '=', namespace)
        .where('call_id', '=', callId)
        .executeTakeFirstOrThrow()
      await db
        .insertInto('run_wait')
        .values({
          namespace,
          run_id: runId,
          call_id: callId,
          target_run_id: targetId,
          position: Number(position),
          until,
        })
        .execute()
    },

    settleWait: (wait, how) => settle(wait, OPEN, how === 'late' ? LATE : ENDED),
    settleLate: (wait) => settle(wait, LATE, ENDED),

    endWaiting: (id, at) => requeue(scope, id, { from: 'waiting', waitingFor: 'agent' }, at),
  }
}

/**
 * The edges that can be reached from the run. An edge of the other kind leads to the nearest earlier open run of the
 * same conversation. The recursive query refers to itself once, as PostgreSQL requires.
 */
async function waitsAhead({ db, namespace }: QueryScope, id: RunId): Promise<readonly WaitEdge[]> {
  const { rows } = await sql<{ from_id: string; to_id: string }>`
    WITH RECURSIVE ahead (from_id, to_id) AS (
      -- From the column, because PostgreSQL wants one collation in both terms.
      SELECT substr(run.id, 1, 0), run.id FROM run WHERE run.namespace = ${namespace} AND run.id = ${id}
      UNION
      SELECT here.id, CASE kind.n WHEN 0 THEN run_wait.target_run_id ELSE (
        SELECT earlier.id FROM run AS earlier
        WHERE earlier.namespace = here.namespace AND earlier.conversation_id = here.conversation_id
          AND earlier.row < here.row AND ${isOpen('earlier.status')}
        ORDER BY earlier.row DESC LIMIT 1) END
      FROM ahead
      JOIN run AS here ON here.namespace = ${namespace} AND here.id = ahead.to_id
      CROSS JOIN (SELECT 0 AS n UNION ALL SELECT 1) AS kind
      LEFT JOIN run_wait ON kind.n = 0 AND run_wait.namespace = here.namespace AND run_wait.run_id = here.id
        AND run_wait.settled = 0
      WHERE here.status IN ('queued', 'running', 'waiting', 'requires_approval')
    )
    SELECT from_id, to_id FROM ahead WHERE from_id <> '' AND to_id IS NOT NULL`.execute(db)
  return rows.map((row) => ({
    from: storedId('run', row.from_id),
    to: storedId('run', row.to_id),
  }))
}

function toWait(row: {
  run_id: string
  call_id: string
  target_run_id: string
  until: string
}): RunWait {
  return {
    runId: storedId('run', row.run_id),
    callId: storedId('call', row.call_id),
    targetId: storedId('run', row.target_run_id),
    until: row.until,
  }
}
