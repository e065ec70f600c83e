import type { Timestamp } from '../../core/clock.ts'
import { newId } from '../../core/ids.ts'
import { cleanText } from '../../core/text.ts'
import type { StepCall, Transaction } from '../../storage/port/store.ts'
import { messageTokens } from '../context/message-tokens.ts'
import type { HeldRun } from './held.ts'

/** Adds the result of a call to the history. */
export async function appendToolResult(
  tx: Transaction,
  run: HeldRun,
  call: StepCall,
  { status, text }: { readonly status: 'success' | 'error'; readonly text: string },
  at: Timestamp,
): Promise<void> {
  const body = {
    role: 'tool',
    callId: call.id,
    toolName: call.name,
    status,
    text: cleanText(text),
  } as const
  await tx.messages.append(
    run.agentId,
    [{ id: newId('message'), runId: run.id, tokens: messageTokens(body), createdAt: at, body }],
    run.conversationId,
  )
}
