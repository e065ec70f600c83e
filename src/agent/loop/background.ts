import type { Timestamp } from '../../core/clock.ts'
import { newId } from '../../core/ids.ts'
import type { Run } from '../../core/run.ts'
import type { Sleeptime, Transaction } from '../../storage/port/store.ts'
import { messageTokens } from '../context/message-tokens.ts'
import { sleeptimeJob } from '../inbox/sleeptime-job.ts'
import { describeCalls } from './describe-calls.ts'

/**
 * After the end of a run, in its transaction: a companion's window is done or joins the next one, the job that the run
 * works for goes on, and an agent with a sleep-time agent gives it work after enough turns.
 */
export async function goOnInBackground(tx: Transaction, run: Run, at: Timestamp): Promise<void> {
  if (run.jobId !== null) {
    const isDone = run.status === 'completed'
    const closed = await tx.sleeptime.close(run.id, isDone)
    if (closed && isDone) await writeIntoHistory(tx, run, closed, at)
    await tx.jobs.wake(run.jobId, at)
    return
  }
  const sleeptime = await tx.sleeptime.get(run.agentId)
  if (!sleeptime?.isEnabled) return
  const { doneTo, window, everyTurns } = sleeptime
  const turns = await tx.sleeptime.turnsSince(run.agentId, Math.max(doneTo, window?.to ?? 0))
  if (turns >= everyTurns) await tx.jobs.insert(sleeptimeJob(run.agentId, at))
}

/** A message that no model is shown; reading and searching the history find it. */
async function writeIntoHistory(
  tx: Transaction,
  run: Run,
  { agentId }: Pick<Sleeptime, 'agentId'>,
  at: Timestamp,
): Promise<void> {
  const done = describeCalls(await tx.runs.calls(run.id))
  if (done === '') return
  const text = `The sleep-time agent tidied the memory in ${run.id}: ${done}.`
  const body = { role: 'system', text, sender: { kind: 'server' } } as const
  await tx.messages.append(agentId, [
    {
      id: newId('message'),
      runId: null,
      tokens: messageTokens(body),
      createdAt: at,
      body,
      hidden: true,
    },
  ])
}
