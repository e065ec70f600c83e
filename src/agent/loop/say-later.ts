import { type CallId, newId, type RunId } from '../../core/ids.ts'
import { cleanText } from '../../core/text.ts'
import type { StepCall, Transaction } from '../../storage/port/store.ts'
import { messageTokens } from '../context/message-tokens.ts'
import { wordsOf } from '../step/plan-calls.ts'
import type { HeldRun } from './held.ts'

/** Sends held-back words with the result of their call, once it is certain that the call is made. */
export async function sayIfUnsaid(
  tx: Transaction,
  run: HeldRun,
  call: StepCall,
  at: string,
): Promise<void> {
  const words = cleanText(wordsOf(call) ?? '')
  if (words.trim() === '' || (await wordsAreOut(tx, run.id, call.id))) return
  const body = { role: 'assistant', text: '', reasoning: '', toolCalls: [], said: [words] } as const
  await tx.messages.append(
    run.agentId,
    [{ id: newId('message'), runId: run.id, tokens: messageTokens(body), createdAt: at, body }],
    run.conversationId,
  )
}

/** Whether the words of an answer were sent with it. They are, unless its calls could still be refused. */
export async function wordsAreOut(tx: Transaction, runId: RunId, callId: CallId): Promise<boolean> {
  return (await tx.messages.ofRun(runId)).some(
    (message) =>
      message.role === 'assistant' &&
      message.said.length > 0 &&
      message.toolCalls.some(({ id }) => id === callId),
  )
}
