import { type RawBuilder, sql } from 'kysely'
import { storedId } from '../../core/ids.ts'
import type { Run } from '../../core/run.ts'
import { recordChange } from '../changes/changes.ts'
import { compiled } from '../database/compiled.ts'
import type { Connection, Dialect } from '../database/dialect.ts'
import { lockFree } from '../database/lock-rows.ts'
import type { Claim, Claimed, Claims, Lease, Transaction } from '../port/store.ts'
import { isOpen } from './run-lists.ts'
import { toRun } from './stored-run.ts'
import { usedOfRun } from './used-of-run.ts'

/**
 * More misses in a row mean a damaged index, not faster competitors: its runs can't be taken. The next look tries
 * again. Chosen by hand.
 */
const MAX_MISSES = 20

/** Across namespaces: a free worker takes runs of any. */
export function createClaims(
  reader: Connection,
  dialect: Dialect,
  { transact, transactionOf }: ClaimTools,
): Claims<Transaction> {
  /** 'missed': another process was faster. */
  async function take(trx: Connection, claim: Claim, starts: boolean) {
    const [free] = await oldestFree(trx, claim, { limit: 1, lock: lockFree(dialect, 'run') })
    if (!free) return undefined
    const fence = await takeLease(trx, free, claim)
    if (fence === undefined) return 'missed'
    // Where one transaction writes at a time, nothing has come between.
    if (dialect.locksRows && (await hasEarlier(trx, free))) return 'missed'
    const [row] = (await setRunning(trx, { ...free, startedAt: starts ? claim.now : null })).rows
    if (!row) throw new Error('a claimed run is gone inside its transaction')
    await recordChange(trx, free.namespace, 'run', free.id, claim.now)
    const run = { ...toRun(row), startedAt: free.started_at }
    const lease: Lease = {
      namespace: free.namespace,
      conversationId: run.conversationId,
      owner: claim.owner,
      fence,
    }
    return { run, lease, isRouted: Boolean(row.is_routed) }
  }

  return {
    async next<T>(
      claim: Claim,
      begin?: (tx: Transaction, claimed: Claimed) => Promise<T>,
    ): Promise<(Claimed & { readonly begun?: T; readonly isOnly: boolean }) | undefined> {
      // Most looks find nothing, so they avoid the write lock.
      for (let misses = 0; misses < MAX_MISSES; misses += 1) {
        const free = await oldestFree(reader, claim, { limit: 2 })
        if (free.length === 0) return undefined
        const taken = await transact(async (trx) => {
          const found = await take(trx, claim, begin !== undefined)
          if (found === 'missed') throw new Missed()
          if (!found || !begin) return found
          const tx = transactionOf(found.lease.namespace, trx)
          return { ...found, begun: await begin(tx, found) }
        }).catch((error: unknown) => {
          if (error instanceof Missed) return 'missed' as const
          throw error
        })
        if (taken !== 'missed') return taken && { ...taken, isOnly: isOnly(taken.run, free) }
      }
      return undefined
    },

    async owners() {
      const { rows } = await sql<{ owner: string }>`
        SELECT owner FROM lease WHERE ${isHeld}
        UNION SELECT accepted_by FROM run WHERE accepted_by <> '' AND ${isOpen('status')}
      `.execute(reader)
      return rows.map((row) => row.owner)
    },

    async waitingForModel(limit) {
      const rows = await reader
        .selectFrom('run')
        .innerJoin('agent', (join) =>
          join
            .onRef('agent.namespace', '=', 'run.namespace')
            .onRef('agent.id', '=', 'run.agent_id'),
        )
        .select(['run.namespace', 'run.id', 'run.client_samples', 'agent.model', 'agent.ran_on'])
        .where(isOpen('run.status'))
        .where('run.status', '=', 'waiting')
        .where('run.waiting_for', '=', 'model')
        // As the index `run_queue` has it.
        .orderBy(sql`run.row + 0`)
        .limit(limit)
        .execute()
      return rows.map(({ namespace, id, client_samples, model, ran_on: ranOn }) => {
        return {
          namespace,
          runId: storedId('run', id),
          clientSamples: client_samples === 1,
          model,
          ranOn,
        }
      })
    },

    async held() {
      const rows = await reader
        .selectFrom('lease')
        .select(['namespace', 'conversation_id', 'owner', 'fence', 'expires_at'])
        .where(isHeld)
        .execute()
      return rows.map(({ conversation_id, expires_at: expiresAt, ...lease }) => ({
        ...lease,
        conversationId: storedId('conv', conversation_id),
        expiresAt,
      }))
    },

    async expire({ namespace, conversationId, owner, fence, expiresAt }, at) {
      return transact(async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('lease')
          .set({ owner: '', expires_at: '' })
          .where('namespace', '=', namespace)
          .where('conversation_id', '=', conversationId)
          .where('owner', '=', owner)
          .where('fence', '=', fence)
          .where('expires_at', '=', expiresAt)
          .executeTakeFirst()
        if (numUpdatedRows === 0n) return false
        const runs = await trx
          .updateTable('run')
          .set({ accepted_by: '' })
          .where('namespace', '=', namespace)
          .where('conversation_id', '=', conversationId)
          .where(isOpen('status'))
          .where('status', '=', 'running')
          .returning('id')
          .execute()
        for (const { id } of runs) await recordChange(trx, namespace, 'run', id, at)
        return true
      })
    },

    async abandon(owner, at) {
      await transact(async (trx) => {
        await trx
          .updateTable('lease')
          .set({ owner: '', expires_at: '' })
          .where('owner', '=', owner)
          .execute()
        const runs = await trx
          .updateTable('run')
          .set({ accepted_by: '' })
          .where('accepted_by', '=', owner)
          .where(isOpen('status'))
          .returning(['namespace', 'id'])
          .execute()
        for (const { namespace, id } of runs) {
          await recordChange(trx, namespace, 'run', id, at)
        }
      })
    },
  }
}

function isOnly({ id }: Run, free: readonly FreeRun[]): boolean {
  return free.every((one) => one.id === id)
}

interface Running {
  readonly namespace: string
  readonly id: string
  /** Null: as it was. */
  readonly startedAt: string | null
}

const setRunning = compiled((db, { namespace, id, startedAt }: Running) =>
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

/** A literal, not a parameter, so that the partial index `lease_held` is used. */
const isHeld = sql<boolean>`owner <> ''`

/** Rolls back a claim that failed. */
class Missed extends Error {}

interface ClaimTools {
  readonly transact: Transact
  readonly transactionOf: (namespace: string, trx: Connection) => Transaction
}

type Transact = <T>(work: (trx: Connection) => Promise<T>) => Promise<T>

interface FreeRun {
  readonly row: number
  readonly namespace: string
  readonly id: string
  readonly conversation_id: string
  readonly started_at: string | null
}

async function oldestFree(
  db: Connection,
  claim: Claim,
  { limit, lock = sql`` }: { readonly limit: number; readonly lock?: RawBuilder<unknown> },
): Promise<readonly FreeRun[]> {
  const { except = [], due = [] } = claim
  const query = db
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
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('run as earlier')
            .select('earlier.row')
            .whereRef('earlier.namespace', '=', 'run.namespace')
            .whereRef('earlier.conversation_id', '=', 'run.conversation_id')
            .whereRef('earlier.row', '<', 'run.row')
            .where(isOpen('earlier.status')),
        ),
      ),
    )
    // `+ 0` makes SQLite use the index `run_queue`, which holds only open runs; finished ones may be a million.
    .orderBy(sql`run.row + 0`)
    .limit(limit)
  return query.modifyEnd(lock).execute()
}

/** Checked again under the lease, without which no run of the conversation starts. */
async function hasEarlier(trx: Connection, run: FreeRun): Promise<boolean> {
  const earlier = await trx
    .selectFrom('run')
    .select('row')
    .where('namespace', '=', run.namespace)
    .where('conversation_id', '=', run.conversation_id)
    .where('row', '<', run.row)
    .where(isOpen('status'))
    .limit(1)
    .executeTakeFirst()
  return earlier !== undefined
}

/** Raises the fence, which invalidates the previous holder; undefined: the lease is held now. */
async function takeLease(trx: Connection, run: FreeRun, claim: Claim): Promise<number | undefined> {
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
