import { expressionBuilder, sql } from 'kysely'
import type { Agent } from '../../core/agent.ts'
import { AGENT_BESIDE, agentBeside, tagsOfAgent } from '../agents/agent-rows.ts'
import { compiled } from '../database/compiled.ts'
import type { Connection, Dialect } from '../database/dialect.ts'
import { lockFree, lockRead } from '../database/lock-rows.ts'
import type { Database } from '../database/schema.ts'
import type { Claim } from '../port/store.ts'
import { isOpen } from './run-lists.ts'
import { usedOfRun } from './used-of-run.ts'

/* A run that a worker may take, and taking it. */

export interface FreeRun {
  readonly row: number
  readonly namespace: string
  readonly id: string
  readonly conversation_id: string
  readonly started_at: string | null
}

export async function oldestFree(
  db: Connection,
  claim: Claim,
  limit: number,
): Promise<readonly FreeRun[]> {
  return freeRuns(db, claim, limit).execute()
}

/** The same with their agents, for a transaction that takes one: nobody else has or takes it meanwhile. */
export async function oldestToTake(
  db: Connection,
  dialect: Dialect,
  claim: Claim,
  limit: number,
): Promise<readonly (FreeRun & { readonly agent: Agent })[]> {
  const lock = dialect.locksRows
    ? sql`${lockFree(dialect, 'run')} ${lockRead({ dialect, writes: true }, 'agent')}`
    : sql``
  const rows = await freeRuns(db, claim, limit)
    .innerJoin('agent', (join) =>
      join.onRef('agent.namespace', '=', 'run.namespace').onRef('agent.id', '=', 'run.agent_id'),
    )
    .select(AGENT_BESIDE)
    .select(tagsOfAgent(dialect))
    .modifyEnd(lock)
    .execute()
  return rows.map((row) => ({ ...row, agent: agentBeside(row) }))
}

function freeRuns(db: Connection, { except = [], due = [], ...claim }: Claim, limit: number) {
  return (
    db
      .selectFrom('run')
      .leftJoin('lease', (join) =>
        join
          .onRef('lease.namespace', '=', 'run.namespace')
          .onRef('lease.conversation_id', '=', 'run.conversation_id'),
      )
      .select(['run.row', 'run.namespace', 'run.id', 'run.conversation_id', 'run.started_at'])
      .where(isOpen('run.status'))
      .where(({ eb, and, or }) =>
        or([
          eb('run.status', 'in', ['queued', 'running']),
          and([
            eb('run.waiting_for', 'in', ['retry', 'agent']),
            or([
              eb('run.retry_at', '<=', claim.now),
              ...(due.length > 0 ? [eb('run.id', 'in', due)] : []),
            ]),
          ]),
        ]),
      )
      .$if(except.length > 0, (open) => open.where('run.id', 'not in', except))
      .where(({ eb, or }) => or([eb('lease.owner', 'is', null), eb('lease.owner', '=', '')]))
      .where(({ eb, and, or, fn }) => {
        const freeSince = fn.coalesce('run.retry_at', 'run.started_at', 'run.created_at')
        return or([
          eb('run.accepted_by', 'in', [claim.owner, '']),
          and([
            eb('run.accepted_by', 'not in', ['', ...(claim.living ?? [])]),
            eb(freeSince, '<', claim.orphanedBefore),
          ]),
          eb(freeSince, '<', claim.strandedBefore ?? ''),
        ])
      })
      .where(isFirst())
      // `+ 0` makes SQLite use the index `run_queue`, which holds only open runs; finished ones may be a million.
      .orderBy(sql`run.row + 0`)
      .limit(limit)
  )
}

/** No earlier run of its conversation is open. */
function isFirst() {
  const { exists, not, selectFrom } = expressionBuilder<Database, 'run'>()
  const earlier = selectFrom('run as earlier')
    .select('earlier.row')
    .whereRef('earlier.namespace', '=', 'run.namespace')
    .whereRef('earlier.conversation_id', '=', 'run.conversation_id')
    .whereRef('earlier.row', '<', 'run.row')
    .where(isOpen('earlier.status'))
  return not(exists(earlier))
}

/** Raises the fence, which invalidates the previous holder; undefined: the lease is held now. */
export async function takeLease(
  trx: Connection,
  run: FreeRun,
  claim: Claim,
): Promise<number | undefined> {
  const taken = await trx
    .insertInto('lease')
    .values({
      namespace: run.namespace,
      conversation_id: run.conversation_id,
      owner: claim.owner,
      fence: 1,
      expires_at: claim.expiresAt,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['namespace', 'conversation_id'])
        .doUpdateSet({
          owner: claim.owner,
          fence: sql`lease.fence + 1`,
          expires_at: claim.expiresAt,
        })
        .where('lease.owner', '=', ''),
    )
    .returning('fence')
    .executeTakeFirst()
  return taken?.fence
}

interface Running {
  readonly namespace: string
  readonly id: string
  /** Null: as it was. */
  readonly startedAt: string | null
}

/**
 * Changes nothing if an earlier run of its conversation is open: that is looked for again under the lease, without which
 * none starts.
 */
export const setRunning = compiled((db, { namespace, id, startedAt }: Running) =>
  db
    .updateTable('run')
    .set(({ fn, val }) => ({
      status: 'running',
      waiting_for: null,
      retry_at: null,
      started_at: fn.coalesce('started_at', val(startedAt)),
    }))
    .where('namespace', '=', namespace)
    .where('id', '=', id)
    .where(isFirst())
    .returningAll()
    .returning((eb) => [
      usedOfRun(eb),
      eb
        .exists(
          eb
            .selectFrom('route')
            .select('route.run_id')
            .whereRef('route.namespace', '=', 'run.namespace')
            .whereRef('route.conversation_id', '=', 'run.conversation_id'),
        )
        .as('is_routed'),
    ]),
)
