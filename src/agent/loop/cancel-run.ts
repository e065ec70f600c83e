import type { Timestamp } from '../../core/clock.ts'
import { newId, type RunId } from '../../core/ids.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { closeStep, type EndingRun, endRun, goOnBehind } from './finish-run.ts'
import { openRun } from './open-run.ts'

/** Cancels a run that is idle, or that this process holds and releases afterwards, with the runs that it waits for. */
export async function cancelRun(tx: Transaction, run: EndingRun, at: Timestamp): Promise<void> {
  await closeStep(tx, run, 'The user cancelled the turn', at)
  const outcome = { status: 'cancelled', stopReason: 'cancelled', error: null, at } as const
  const ended = await endRun(tx, run, outcome)
  for (const wait of await tx.runs.waitsOf(run.id)) {
    await tx.runs.settleWait(wait, 'ended')
    await requestEnd(tx, wait.targetId, at)
  }
  await goOnBehind(tx, run, ended, at)
}

/** Ends a run that no process works on; another one is ended by its process. */
export async function requestEnd(tx: Transaction, id: RunId, at: Timestamp): Promise<void> {
  if (!(await tx.runs.requestCancel(id, at))) return
  const run = await tx.runs.get(id)
  if (!run || run.status === 'running') return
  // The message stays in the history all the same.
  const agent = await tx.agents.get(run.agentId)
  if (agent) await openRun(tx, run, agent, newId('message'), at)
  await cancelRun(tx, run, at)
}
