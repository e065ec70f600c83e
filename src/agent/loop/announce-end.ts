import type { Timestamp } from '../../core/clock.ts'
import { deriveId } from '../../core/derive-id.ts'
import { type CallId, newId, type RunId } from '../../core/ids.ts'
import { DEFAULT_MAX_STEPS, type Run } from '../../core/run.ts'
import type { AwaitingEnd, RunWait, Transaction } from '../../storage/port/store.ts'
import { MAX_HOPS } from '../../teams/origin.ts'
import type { Outcome } from '../../teams/outcome.ts'
import { messageTokens } from '../context/message-tokens.ts'
import { HAND_OFF, routeCall, routedFrom } from '../handoff/routed.ts'
import { goOnInBackground } from './background.ts'
import { deliverLate } from './late-reply.ts'
import { readOutcome } from './read-outcome.ts'
import { relayWords } from './relay-words.ts'

/** The run has ended: gives its outcome to the runs that wait for it, tells the agent that asked to be told, and begins what comes after it. */
export async function announceEnd(
  tx: Transaction,
  id: RunId,
  { hasWaiters, hasListeners }: AwaitingEnd,
  at: Timestamp,
): Promise<void> {
  if (hasWaiters) {
    for (const wait of await tx.runs.waitersOf(id)) await settle(tx, wait, at)
    for (const wait of await tx.runs.lateWaitersOf(id)) await deliverLate(tx, wait, at)
  }
  const run = hasListeners ? await tx.runs.get(id) : undefined
  if (run && run.notice !== 'none') await giveNotice(tx, run, at)
  if (run) await goOnInBackground(tx, run, at)
}

/**
 * The waiter goes on without this target, whatever its state is. `late`: the target's reply comes as a message of its own.
 * The waiter is locked first.
 */
export async function settle(
  tx: Transaction,
  wait: RunWait,
  at: Timestamp,
  how: 'ended' | 'late' = 'ended',
): Promise<void> {
  const waiter = await tx.runs.get(wait.runId)
  if (!waiter || !(await tx.runs.settleWait(wait, how))) return
  if (how === 'ended' && wait.callId === routeCall(waiter.id)) {
    await relayWords(tx, waiter, wait.targetId, at)
  }
  const open = await tx.runs.waitsOf(waiter.id)
  if (!open.some(({ callId }) => callId === wait.callId))
    await giveResult(tx, waiter, wait.callId, at, how)
  if (open.length === 0) await tx.runs.endWaiting(waiter.id, at)
}

async function giveResult(
  tx: Transaction,
  waiter: Run,
  callId: CallId,
  at: Timestamp,
  how: 'ended' | 'late',
): Promise<void> {
  const call = (await tx.runs.currentStep(waiter.id))?.calls.find(({ id }) => id === callId)
  if (!call) return
  const outcomes: (Outcome | { readonly note: string })[] = []
  for (const target of await tx.runs.targetsOf(callId)) {
    const gone = { note: 'No reply: the agent was deleted.' }
    outcomes.push((await readOutcome(tx, target)) ?? gone)
  }
  const isFine = outcomes.some((one) => 'status' in one && one.status !== 'failed')
  const status = isFine ? 'success' : 'error'
  if (!(await tx.runs.finishCall(callId, status))) return
  if (call.name === HAND_OFF && how === 'ended') await endHandOff(tx, waiter, callId, isFine, at)
  const text = resultText(outcomes, call.note)
  const body = { role: 'tool', callId, toolName: call.name, status, text } as const
  await tx.messages.append(
    waiter.agentId,
    [{ id: newId('message'), runId: waiter.id, tokens: messageTokens(body), createdAt: at, body }],
    waiter.conversationId,
  )
}

/** The user gets the words of the agent that took the conversation; one that failed gives it back. */
async function endHandOff(
  tx: Transaction,
  waiter: Run,
  callId: CallId,
  isFine: boolean,
  at: Timestamp,
): Promise<void> {
  for (const target of await tx.runs.targetsOf(callId)) await relayWords(tx, waiter, target, at)
  const { conversationId } = (await routedFrom(tx, waiter)).first
  const route = await tx.conversations.route(conversationId)
  if (!isFine && route?.runId === waiter.id) {
    await tx.conversations.setRoute(conversationId, undefined, at)
  }
}

/** `note`: what the call noted when it began, as JSON; a call with a note has a list of replies. */
function resultText(outcomes: readonly object[], note: string | null): string {
  if (note === null) return JSON.stringify(outcomes[0] ?? {})
  return JSON.stringify({ replies: outcomes, ...JSON.parse(note) })
}

/** A message in the conversation of the run that began the task; one that wakes its agent begins a run there. */
async function giveNotice(tx: Transaction, run: Run, at: Timestamp): Promise<void> {
  const parent = run.parentRunId === null ? undefined : await tx.runs.get(run.parentRunId)
  if (!parent) return
  const outcome = await readOutcome(tx, run.id)
  const text = `The task ${run.id} has ended. ${JSON.stringify(outcome)}`
  if (run.notice === 'wake' && run.hops < MAX_HOPS) {
    await tx.runs.insert({
      id: deriveId('run', 'notice', run.id),
      agentId: parent.agentId,
      conversationId: parent.conversationId,
      origin: {
        parentRunId: run.id,
        rootRunId: run.rootRunId,
        depth: parent.depth,
        hops: run.hops + 1,
        sender: 'system',
        senderAgentId: null,
      },
      input: text,
      idempotencyKey: null,
      maxSteps: DEFAULT_MAX_STEPS,
      // Any process.
      acceptedBy: '',
      createdAt: at,
    })
    return
  }
  const body = { role: 'system', text, sender: { kind: 'server' } } as const
  await tx.messages.append(
    parent.agentId,
    [{ id: newId('message'), runId: null, tokens: messageTokens(body), createdAt: at, body }],
    parent.conversationId,
  )
}
