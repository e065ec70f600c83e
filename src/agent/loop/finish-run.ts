import type { Agent } from '../../core/agent.ts'
import type { Timestamp } from '../../core/clock.ts'
import { newId, type RunId, type StepId } from '../../core/ids.ts'
import { spokenText } from '../../core/message.ts'
import type { Run, RunError, StopReason } from '../../core/run.ts'
import type {
  AwaitingEnd,
  CurrentStep,
  RunOutcome,
  Transaction,
  Waiting,
} from '../../storage/port/store.ts'
import { messageTokens } from '../context/message-tokens.ts'
import { SPEAKING_TOOL } from '../tools/default-tools.ts'
import { SPOKEN } from '../tools/send-message.ts'
import { announceEnd } from './announce-end.ts'
import { type HeldRun, held } from './held.ts'
import { openCancelled } from './open-run.ts'
import { wordsAreOut } from './say-later.ts'

export type EndingRun = Pick<Run, 'id' | 'agentId' | 'conversationId'>

const SILENT = 'The agent ended its turn without saying anything.'

/** Known to the transaction of a run that ends, and so not read again. */
interface KnownEnd {
  readonly agent?: Agent
  /** It has spoken to the user; false: perhaps. */
  readonly hasSpoken?: boolean
}

/** Ends the run in its present state and releases the agent. True: no later run of its conversation is open. */
export async function completeRun(
  tx: Transaction,
  run: HeldRun,
  stopReason: StopReason,
  before: readonly string[],
  at: Timestamp,
  { agent, hasSpoken = false }: KnownEnd = {},
): Promise<boolean> {
  const isSilent = !hasSpoken && !(await hasSaid(tx, run.id))
  const warnings = isSilent ? [...before, SILENT] : before
  const outcome = { status: 'completed', stopReason, error: null, warnings, at } as const
  const ended = await endRun(tx, run, outcome, agent)
  await goOnBehind(tx, run, ended, at)
  await tx.runs.release(run.lease)
  return !ended.awaiting.hasNext
}

async function hasSaid(tx: Transaction, id: RunId): Promise<boolean> {
  const messages = await tx.messages.ofRun(id)
  return messages.some((message) => message.role === 'assistant' && spokenText(message) !== '')
}

interface Ended {
  readonly agent: Agent | undefined
  readonly awaiting: AwaitingEnd
}

export async function endRun(
  tx: Transaction,
  { id, agentId }: EndingRun,
  outcome: RunOutcome,
  known?: Agent,
): Promise<Ended> {
  // Locks it: of two runs that end, and of one that ends and one that is cancelled, the later sees the other.
  const agent = known ?? (await tx.agents.get(agentId))
  const awaiting = (await tx.runs.finish(id, outcome)) || (await tx.runs.awaitingEnd(id))
  return { agent, awaiting }
}

/** The run has ended: whatever waited for that goes on. */
export async function goOnBehind(
  tx: Transaction,
  { id }: EndingRun,
  { agent, awaiting }: Ended,
  at: Timestamp,
): Promise<void> {
  await announceEnd(tx, id, awaiting, at)
  if (agent && awaiting.hasCancelled) await openCancelled(tx, { id }, agent, at)
}

/** A provider's filter refused the run: none of it is sent to a model again, and the next message is processed. */
export async function refuseRun(
  tx: Transaction,
  run: HeldRun,
  warning: string,
  at: Timestamp,
): Promise<void> {
  await closeStep(tx, run, "A provider's filter ended the turn", at)
  await tx.messages.hideRun(run.id)
  const stored = await tx.runs.get(run.id)
  await completeRun(tx, run, 'refusal', [...(stored?.warnings ?? []), warning], at)
}

/** Fails the run; its message and the effects of its steps stay. */
export async function failRun(
  tx: Transaction,
  run: HeldRun,
  stopReason: StopReason,
  error: RunError,
  at: Timestamp,
): Promise<void> {
  await closeStep(tx, run, 'The turn failed', at)
  const ended = await endRun(tx, run, { status: 'failed', stopReason, error, at })
  await goOnBehind(tx, run, ended, at)
  await tx.runs.release(run.lease)
}

/**
 * Pauses the run in its present step: until `retryAt`, until a client brings its model's answer, or until a model is
 * available.
 */
export async function postponeRun(run: HeldRun, waiting: Waiting): Promise<void> {
  await held(run, async (tx, at) => {
    const step = await tx.runs.currentStep(run.id)
    if (step) await tx.runs.countAttempt(step.id, -1)
    await tx.runs.postpone(run.id, waiting, at)
    await tx.runs.release(run.lease)
  })
}

/** Pauses the step until a person has answered for its calls; this does not count as a failed attempt. */
export async function awaitApproval(
  tx: Transaction,
  run: HeldRun,
  stepId: StepId,
  at: Timestamp,
): Promise<void> {
  await tx.runs.countAttempt(stepId, -1)
  await tx.runs.awaitApproval(run.id, at)
  await tx.runs.release(run.lease)
}

/** Releases a run in an orderly way; this does not count as an attempt. */
export async function giveBackRun(run: HeldRun): Promise<void> {
  await held(run, async (tx) => {
    const step = await tx.runs.currentStep(run.id)
    if (step) await tx.runs.countAttempt(step.id, -1)
    await tx.runs.release(run.lease)
  })
}

/** Gives every call exactly one result, so that the history stays valid for any model. */
export async function closeStep(
  tx: Transaction,
  run: EndingRun,
  why: string,
  at: Timestamp,
): Promise<void> {
  const step: CurrentStep | undefined = await tx.runs.currentStep(run.id)
  if (!step) return
  for (const { id: callId, name: toolName, state } of step.calls) {
    const isSaid = toolName === SPEAKING_TOOL && (await wordsAreOut(tx, run.id, callId))
    const { status, text } = resultOf(isSaid, state, why)
    if (!(await tx.runs.finishCall(callId, status))) continue
    const body = { role: 'tool', callId, toolName, status, text } as const
    await tx.messages.append(
      run.agentId,
      [{ id: newId('message'), runId: run.id, tokens: messageTokens(body), createdAt: at, body }],
      run.conversationId,
    )
  }
  await tx.runs.closeStep(step.id, at)
}

function resultOf(isSaid: boolean, state: string, why: string) {
  // The words were sent with the answer that made the call.
  if (isSaid) return { status: 'success', text: SPOKEN } as const
  const text =
    state === 'started'
      ? `${why} while this ran; whether it took effect is not known.`
      : `${why}; this was not run.`
  return { status: 'error', text } as const
}
