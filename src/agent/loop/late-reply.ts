import type { Timestamp } from '../../core/clock.ts'
import { newId } from '../../core/ids.ts'
import type { RunWait, Transaction } from '../../storage/port/store.ts'
import { messageTokens } from '../context/message-tokens.ts'
import { HAND_OFF, routeCall } from '../handoff/routed.ts'
import { readOutcome } from './read-outcome.ts'
import { relayWords } from './relay-words.ts'

/** A reply for which nobody waits any more comes as a message in the conversation that waited for it. */
export async function deliverLate(tx: Transaction, wait: RunWait, at: Timestamp): Promise<void> {
  if (!(await tx.runs.settleLate(wait))) return
  const waiter = await tx.runs.get(wait.runId)
  const outcome = await readOutcome(tx, wait.targetId)
  if (!waiter || !outcome) return
  const call = (await tx.runs.calls(waiter.id)).find(({ id }) => id === wait.callId)
  if (wait.callId === routeCall(waiter.id) || call?.name === HAND_OFF) {
    await relayWords(tx, waiter, wait.targetId, at)
    return
  }
  const { agent: name, agent_id: agentId, run_id: runId, reply, note = '' } = outcome
  const body = {
    role: 'system',
    text: reply ?? note,
    sender: { kind: 'agent', agentId, name, runId, awaitsReply: false },
  } as const
  await tx.messages.append(
    waiter.agentId,
    [{ id: newId('message'), runId: null, tokens: messageTokens(body), createdAt: at, body }],
    waiter.conversationId,
  )
}
