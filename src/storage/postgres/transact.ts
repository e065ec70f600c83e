import { type Kysely, sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import { StaleRead } from '../database/stale-read.ts'
import { PATIENCE_MILLISECONDS, pause } from './connections.ts'
import { CommitUnknown, inWords, isConflict, isConstraint, isDisconnection } from './errors.ts'

/** What constraints refuse may be gone when looked at again; what they refuse thrice is wrong. */
const MAX_REFUSALS = 2

/**
 * Runs `work` in a transaction, and again from the start where others were in the way or the connection was lost. Where
 * it was lost at COMMIT the server is asked what became of it.
 *
 * It sees what others commit meanwhile, and waits for whoever has locked what it decides by (`lock-rows.ts`):
 * PostgreSQL's serializable transactions fail time and again where small tables share a page.
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

/** A server that lost its client notices after a while; until then the transaction is under way. */
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
    // Another server took over that knows nothing of it, or there is none.
    return null
  }
}
