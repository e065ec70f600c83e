import { sql } from 'kysely'
import { storedId } from '../../core/ids.ts'
import { recordChange } from '../changes/changes.ts'
import type { Connection, Dialect } from '../database/dialect.ts'
import type { Claim, Claimed, Claims, Lease, Taken, Transaction } from '../port/store.ts'
import { hasFree, oldestToTake, setRunning, takeLease } from './free-runs.ts'
import { isOpen } from './run-lists.ts'
import { stateOf, toRun } from './stored-run.ts'

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
    const free = await oldestToTake(trx, dialect, claim)
    if (!free) return undefined
    const fence = await takeLease(trx, free, claim)
    if (fence === undefined) return 'missed'
    const { namespace, id } = free
    const startedAt = starts ? claim.now : null
    const [row] = (await setRunning(trx, { namespace, id, startedAt })).rows
    if (!row) return 'missed'
    const run = { ...toRun(row), startedAt: free.started_at }
    await recordChange(trx, free.namespace, 'run', free.id, claim.now, stateOf(run))
    const lease: Lease = {
      namespace: free.namespace,
      conversationId: run.conversationId,
      owner: claim.owner,
      fence,
    }
    return { run, agent: free.agent, lease, isRouted: Boolean(row.is_routed), isOnly: free.isOnly }
  }

  return {
    async next<T>(
      claim: Claim,
      begin?: (tx: Transaction, claimed: Claimed) => Promise<T>,
    ): Promise<Taken<T> | undefined> {
      // Most looks find nothing, so they avoid the write lock.
      for (let misses = 0; misses < MAX_MISSES; misses += 1) {
        const isSure = misses === 0 && claim.isExpected === true
        if (!isSure && !(await hasFree(reader, dialect, claim))) return undefined
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
        if (taken !== 'missed') return taken
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

/** A literal, not a parameter, so that the partial index `lease_held` is used. */
const isHeld = sql<boolean>`owner <> ''`

/** Rolls back a claim that failed. */
class Missed extends Error {}

interface ClaimTools {
  readonly transact: Transact
  readonly transactionOf: (namespace: string, trx: Connection) => Transaction
}

type Transact = <T>(work: (trx: Connection) => Promise<T>) => Promise<T>
