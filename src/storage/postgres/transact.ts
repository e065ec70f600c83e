import { type Kysely, sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import { StaleRead } from '../database/stale-read.ts'
import { PATIENCE_MILLISECONDS, pause } from './connections.ts'
import { CommitUnknown, inWords, isConflict, isConstraint, isDisconnection } from './errors.ts'

/** A constraint violation may vanish on retry; one that repeats is a bug. Chosen by hand. */
const MAX_REFUSALS = 2

/**
 * Runs `work` in a transaction, and again from the start after a conflict or a lost connection. If the connection is
 * lost during COMMIT, it asks the server whether the transaction committed.
 *
 * Isolation is READ COMMITTED with explicit row locks (`lock-rows.ts`). SERIALIZABLE fails too often when small tables
 * share a page.
 */
export async function transact<T>(
  db: Kysely<Database>,
  work: (trx: Connection) => Promise<T>,
): Promise<T> {
  const start = performance.now()
  let refusals = 0
  for (let attempt = 0; ; attempt += 1) {
    let done: { readonly result: T } | undefined
    try {
      await db.transaction().execute(async (trx) => {
        done = undefined
        done = { result: await work(trx) }
      })
      if (done) return done.result
      throw new Error('a transaction ended without its result')
    } catch (error) {
      if (error instanceof CommitUnknown) {
        const fate = await fateOf(db, error.transactionId)
        if (fate === 'committed' && done) return done.result
        if (fate !== 'aborted') throw inWords(error)
      } else if (isConstraint(error) || error instanceof StaleRead) {
        refusals += 1
        if (refusals > MAX_REFUSALS) throw error
      } else if (!isConflict(error) && !isDisconnection(error)) {
        throw inWords(error)
      }
      if (performance.now() - start > PATIENCE_MILLISECONDS) throw inWords(error)
    }
    await pause(attempt, 250)
  }
}

/** A server that lost its client takes a while to notice; until then the transaction is still running. */
async function fateOf(
  db: Kysely<Database>,
  id: string,
): Promise<'committed' | 'aborted' | 'unknown'> {
  const start = performance.now()
  for (let attempt = 0; performance.now() - start < PATIENCE_MILLISECONDS; attempt += 1) {
    const status = await statusOf(db, id)
    if (status === 'committed' || status === 'aborted') return status
    await pause(attempt, 250)
  }
  return 'unknown'
}

async function statusOf(db: Kysely<Database>, id: string): Promise<string | null> {
  try {
    const { rows } = await sql<{ status: string | null }>`
      SELECT pg_xact_status(${id}::xid8) AS status`.execute(db)
    return rows[0]?.status ?? null
  } catch {
    // After a failover the new server does not know the transaction.
    return null
  }
}
