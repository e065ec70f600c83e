import type { Timestamp } from '../../core/clock.ts'
import type { StepId } from '../../core/ids.ts'
import type { CurrentStep, StepCall, Transaction } from '../../storage/port/store.ts'
import type { HeldRun } from './held.ts'
import { parkForAgents } from './park-for-agents.ts'

/** The call has begun runs of other agents and waits for them. */
export function isAwaiting({ effect, state }: StepCall): boolean {
  return effect === 'await' && state === 'started'
}

/** Parks the run in its step (`parkForAgents`); this does not count as a failed attempt. */
export async function awaitAgents(
  tx: Transaction,
  run: HeldRun,
  stepId: StepId,
  at: Timestamp,
): Promise<boolean> {
  if (!(await parkForAgents(tx, run, at))) return false
  await tx.runs.countAttempt(stepId, -1)
  return true
}

/** The calls that a worker can make now. */
export function callsToMake({ calls }: CurrentStep): readonly StepCall[] {
  return calls.filter((call) => call.state !== 'done' && !isAwaiting(call))
}
