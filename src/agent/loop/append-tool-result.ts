import type { Timestamp } from '../../core/clock.ts'
import { newId } from '../../core/ids.ts'
import { cleanText } from '../../core/text.ts'
import type { NewMessage, StepCall, Transaction } from '../../storage/port/store.ts'
import { messageTokens } from '../context/message-tokens.ts'
import type { HeldRun } from './held.ts'

interface CallResult {
  readonly status: 'success' | 'error'
  readonly text: string
}

/** The result of a call, as the history keeps it. */
export function resultMessage(
  { id }: Pick<HeldRun, 'id'>,
  call: Pick<StepCall, 'id' | 'name'>,
  { status, text }: CallResult,
  at: Timestamp,
): NewMessage {
  const own = { callId: call.id, toolName: call.name, status, text: cleanText(text) }
  const body = { role: 'tool', ...own } as const
  return {
    id: newId('message'),
    runId: id,
    tokens: messageTokens(body),
    createdAt: at,
    body,
  }
}

/** Adds the result of a call to the history. */
export async function appendToolResult(
  tx: Transaction,
  run: HeldRun,
  call: StepCall,
  result: CallResult,
  at: Timestamp,
): Promise<void> {
  await tx.messages.append(run.agentId, [resultMessage(run, call, result, at)], run.conversationId)
}
