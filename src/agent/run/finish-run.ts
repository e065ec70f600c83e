import type { Timestamp } from '../../core/clock.ts'
import { newId } from '../../core/ids.ts'
import { spokenText } from '../../core/message.ts'
import type { RunError, StopReason } from '../../core/run.ts'
import type { CurrentStep, Transaction } from '../../storage/store.ts'
import { messageTokens } from '../message-tokens.ts'
import { type HeldRun, held } from './held.ts'

const SILENT = 'The agent ended its turn without saying anything.'

/** Ends the run where it stands and lets go of the agent. */
export async function completeRun(
  tx: Transaction,
  run: HeldRun,
  reason: StopReason,
  warnings: readonly string[],
  at: Timestamp,
): Promise<void> {
  const messages = await tx.messages.ofRun(run.id)
  const silent = !messages.some((message) => message.role === 'assistant' && spokenText(message) !== '')
  await tx.runs.setWarnings(run.id, silent ? [...warnings, SILENT] : warnings)
  await tx.runs.finish(run.id, { status: 'completed', stopReason: reason, error: null, at })
  await tx.runs.release(run.lease)
}

export async function cancelRun(tx: Transaction, run: HeldRun, at: Timestamp): Promise<void> {
  await closeStep(tx, run, 'The user cancelled the turn', at)
  await tx.runs.finish(run.id, { status: 'cancelled', stopReason: 'cancelled', error: null, at })
  await tx.runs.release(run.lease)
}

/** The run can't go on; its message and whatever its steps did stay. */
export async function failRun(run: HeldRun, stopReason: StopReason, error: RunError): Promise<void> {
  await held(run, async (tx, at) => {
    await closeStep(tx, run, 'The turn failed', at)
    await tx.runs.finish(run.id, { status: 'failed', stopReason, error, at })
    await tx.runs.release(run.lease)
  })
}

/** Every call keeps exactly one result, so that the history can be sent to any model afterwards. */
async function closeStep(tx: Transaction, run: HeldRun, why: string, at: Timestamp): Promise<void> {
  const step: CurrentStep | undefined = await tx.runs.currentStep(run.id)
  if (!step) return
  for (const { id: callId, name: toolName, state } of step.calls) {
    if (!(await tx.runs.finishCall(callId, 'error'))) continue
    const text = state === 'started' ? `${why} while this ran; whether it took effect is not known.` : `${why}; this was not run.`
    const body = { role: 'tool', callId, toolName, status: 'error', text } as const
    await tx.messages.append(run.agentId, [
      { id: newId('message'), runId: run.id, tokens: messageTokens(body), createdAt: at, body },
    ])
  }
  await tx.runs.closeStep(step.id, at)
}
