import type { Timestamp } from '../../core/clock.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { settle } from './announce-end.ts'
import type { HeldRun } from './held.ts'

/**
 * Parks the run until the runs that it waits for have ended, without a lease. Waits whose time is over are settled
 * first. False: nothing is left to wait for.
 */
export async function parkForAgents(
  tx: Transaction,
  run: HeldRun,
  at: Timestamp,
): Promise<boolean> {
  for (const wait of await tx.runs.waitsOf(run.id)) {
    if (wait.until <= at) await settle(tx, wait, at, 'late')
  }
  const [until] = (await tx.runs.waitsOf(run.id)).map((wait) => wait.until).sort()
  if (until === undefined) return false
  await tx.runs.postpone(run.id, { waitingFor: 'agent', retryAt: until }, at)
  await tx.runs.release(run.lease)
  return true
}
