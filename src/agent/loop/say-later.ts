import { type CallId, newId, type RunId } from '../../core/ids.ts'
import { cleanText } from '../../core/text.ts'
import type { NewMessage, StepCall, Transaction } from '../../storage/port/store.ts'
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
  const words = wordsMessage(run, call, at)
  if (!words || (await wordsAreOut(tx, run.id, call.id))) return
  await tx.messages.append(run.agentId, [words], run.conversationId)
}

/** The words of a call, as a message of their own; undefined: it has none. */
export function wordsMessage(
  { id }: Pick<HeldRun, 'id'>,
  call: Pick<StepCall, 'name' | 'arguments'>,
  at: string,
): NewMessage | undefined {
  const words = cleanText(wordsOf(call) ?? '')
  if (words.trim() === '') return undefined
  const body = { role: 'assistant', text: '', reasoning: '', toolCalls: [], said: [words] } as const
  return { id: newId('message'), runId: id, tokens: messageTokens(body), createdAt: at, body }
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
