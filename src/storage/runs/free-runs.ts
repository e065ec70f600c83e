import { expressionBuilder, sql } from 'kysely'
import type { Agent } from '../../core/agent.ts'
import { storedId } from '../../core/ids.ts'
import { AGENT_BESIDE, agentBeside, tagsOfAgent } from '../agents/agent-rows.ts'
import { compiled, perDialect } from '../database/compiled.ts'
import type { Connection, Dialect } from '../database/dialect.ts'
import { lockFree, lockRead } from '../database/lock-rows.ts'
import type { Database } from '../database/schema.ts'
import type { Claim, Lease } from '../port/store.ts'
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

/**
 * So many free runs are found, and the oldest one that nobody has locked is taken: several processes that look at once
 * find the same ones. Chosen by hand.
 */
const CANDIDATES = 8

interface Look extends Omit<Claim, 'isExpected' | 'expiresAt' | 'except' | 'due' | 'living'> {
  readonly strandedBefore: string
  /** Lists as JSON, so that one query serves all of their lengths. */
  readonly except: string
  readonly due: string
  readonly living: string
}

function lookOf({ owner, now, orphanedBefore, strandedBefore = '', ...claim }: Claim): Look {
  const [except, due, living] = [claim.except, claim.due, claim.living].map((ids = []) =>
    JSON.stringify(ids),
  ) as [string, string, string]
  return { owner, now, orphanedBefore, strandedBefore, except, due, living }
}

const looks = perDialect((dialect) =>
  compiled((db, look: Look) => freeRuns(db, dialect, look).limit(1)),
)

export async function hasFree(db: Connection, dialect: Dialect, claim: Claim): Promise<boolean> {
  return (await looks(dialect)(db, lookOf(claim))).rows.length > 0
}

/** `waits`: for agents that other transactions have locked, instead of leaving out their runs. */
const takesOf = (waits: boolean) =>
  perDialect((dialect) => {
    // Only locks keep others from a run that was found.
    const candidates = dialect.locksRows ? CANDIDATES : 2
    const agentLock = sql`${lockRead({ dialect, writes: true }, 'agent')}${waits ? sql`` : sql` SKIP LOCKED`}`
    const lock = dialect.locksRows ? sql`${lockFree(dialect, 'run')} ${agentLock}` : sql``
    return compiled((db, look: Look) =>
      db
        .selectFrom((eb) =>
          eb
            .selectFrom(freeRuns(db, dialect, look).limit(candidates).as('few'))
            .select(['few.row', (few) => few.fn.countAll<number>().over().as('number')])
            .as('free'),
        )
        .innerJoin('run', 'run.row', 'free.row')
        .innerJoin('agent', (join) =>
          join
            .onRef('agent.namespace', '=', 'run.namespace')
            .onRef('agent.id', '=', 'run.agent_id'),
        )
        .select(['free.number', ...FREE_COLUMNS])
        .select(AGENT_BESIDE)
        .select(tagsOfAgent(dialect))
        // Read anew once the row is locked.
        .where(isOpen('run.status'))
        .orderBy('run.row')
        .limit(1)
        .modifyEnd(lock),
    )
  })

const takesUnlocked = takesOf(false)
const takesNext = takesOf(true)

export interface ToTake extends FreeRun {
  readonly agent: Agent
  /** No other run is free. */
  readonly isOnly: boolean
}

/** The oldest free run, for a transaction that takes it: nobody else has or takes it meanwhile. */
export async function oldestToTake(
  db: Connection,
  dialect: Dialect,
  claim: Claim,
): Promise<ToTake | undefined> {
  const look = lookOf(claim)
  // A message that comes in locks the agent until it is on disk; another agent's run is begun meanwhile.
  let [row] = dialect.locksRows ? (await takesUnlocked(dialect)(db, look)).rows : []
  row ??= (await takesNext(dialect)(db, look)).rows[0]
  return row && { ...row, agent: agentBeside(row), isOnly: row.number === 1 }
}

const FREE_COLUMNS = [
  'run.row',
  'run.namespace',
  'run.id',
  'run.conversation_id',
  'run.started_at',
] as const

function freeRuns(db: Connection, dialect: Dialect, look: Look) {
  return (
    db
      .selectFrom('run')
      .leftJoin('lease', (join) =>
        join
          .onRef('lease.namespace', '=', 'run.namespace')
          .onRef('lease.conversation_id', '=', 'run.conversation_id'),
      )
      .select(FREE_COLUMNS)
      .where(isOpen('run.status'))
      .where(({ eb, and, or }) =>
        or([
          eb('run.status', 'in', ['queued', 'running']),
          and([
            eb('run.waiting_for', 'in', ['retry', 'agent']),
            or([eb('run.retry_at', '<=', look.now), eb('run.id', 'in', dialect.listed(look.due))]),
          ]),
        ]),
      )
      .where('run.id', 'not in', dialect.listed(look.except))
      .where(({ eb, or }) => or([eb('lease.owner', 'is', null), eb('lease.owner', '=', '')]))
      .where(({ eb, and, or, fn }) => {
        const freeSince = fn.coalesce('run.retry_at', 'run.started_at', 'run.created_at')
        return or([
          eb('run.accepted_by', 'in', [look.owner, '']),
          and([
            eb('run.accepted_by', '<>', ''),
            eb('run.accepted_by', 'not in', dialect.listed(look.living)),
            eb(freeSince, '<', look.orphanedBefore),
          ]),
          eb(freeSince, '<', look.strandedBefore),
        ])
      })
      .where(isFirst())
      // `+ 0` makes SQLite use the index `run_queue`, which holds only open runs; finished ones may be a million.
      .orderBy(sql`run.row + 0`)
  )
}

/**
 * It is the first open run of its conversation. The agent and the order are only asked for because a PostgreSQL without
 * statistics would else look through all runs of the namespace for each.
 */
function isFirst() {
  const { eb, selectFrom } = expressionBuilder<Database, 'run'>()
  const first = selectFrom('run as earlier')
    .select('earlier.row')
    .whereRef('earlier.namespace', '=', 'run.namespace')
    .whereRef('earlier.conversation_id', '=', 'run.conversation_id')
    .whereRef('earlier.agent_id', '=', 'run.agent_id')
    .where(isOpen('earlier.status'))
    .orderBy('earlier.row')
    .limit(1)
  return eb('run.row', '=', first)
}

const raiseFence = compiled((db, lease: Omit<Lease, 'fence'> & { readonly expiresAt: string }) =>
  db
    .insertInto('lease')
    .values({
      namespace: lease.namespace,
      conversation_id: lease.conversationId,
      owner: lease.owner,
      fence: 1,
      expires_at: lease.expiresAt,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['namespace', 'conversation_id'])
        .doUpdateSet({
          owner: lease.owner,
          fence: sql`lease.fence + 1`,
          expires_at: lease.expiresAt,
        })
        .where('lease.owner', '=', ''),
    )
    .returning('fence'),
)

/** Raises the fence, which invalidates the previous holder; undefined: the lease is held now. */
export async function takeLease(
  trx: Connection,
  { namespace, conversation_id: conversationId }: FreeRun,
  { owner, expiresAt }: Claim,
): Promise<number | undefined> {
  const { rows } = await raiseFence(trx, {
    ...{ namespace, owner, expiresAt },
    conversationId: storedId('conv', conversationId),
  })
  return rows[0]?.fence
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
