import type { Timestamp } from '../../core/clock.ts'
import type { StepId } from '../../core/ids.ts'
import type { CurrentStep, StepCall, Transaction } from '../../storage/port/store.ts'
import { settle } from './announce-end.ts'
import type { HeldRun } from './held.ts'

/** The call has begun runs of other agents and waits for them. */
export function isAwaiting({ effect, state }: StepCall): boolean {
  return effect === 'await' && state === 'started'
}

/**
 * Parks the run until the runs that it waits for have ended, without a lease. Waits whose time is over are settled
 * first. False: nothing is left to wait for.
 */
export async function awaitAgents(
  tx: Transaction,
  run: HeldRun,
  stepId: StepId,
  at: Timestamp,
): Promise<boolean> {
  for (const wait of await tx.runs.waitsOf(run.id)) {
    if (wait.until <= at) await settle(tx, wait, at)
  }
  const [until] = (await tx.runs.waitsOf(run.id)).map((wait) => wait.until).sort()
  if (until === undefined) return false
  await tx.runs.countAttempt(stepId, -1)
  await tx.runs.postpone(run.id, { waitingFor: 'agent', retryAt: until }, at)
  await tx.runs.release(run.lease)
  return true
}

/** The calls that a worker can make now. */
export function callsToMake({ calls }: CurrentStep): readonly StepCall[] {
  return calls.filter((call) => call.state !== 'done' && !isAwaiting(call))
}
