import type { Timestamp } from '../../core/clock.ts'
import { newId, type RunId } from '../../core/ids.ts'
import type { Run } from '../../core/run.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { messageTokens } from '../context/message-tokens.ts'

/** Puts what was said in the run into the conversation that it answers for, each message with its speaker. */
export async function relayWords(
  tx: Transaction,
  to: Run,
  from: RunId,
  at: Timestamp,
): Promise<void> {
  const run = await tx.runs.get(from)
  if (!run) return
  const name = (await tx.agents.get(run.agentId))?.name ?? 'a deleted agent'
  const messages = (await tx.messages.ofRun(from)).flatMap((message) => {
    if (message.role !== 'assistant' || message.said.length === 0) return []
    const speaker = message.speaker ?? { agentId: run.agentId, name }
    const { said } = message
    const text = said.join('\n')
    const body = { role: 'assistant', text, reasoning: '', toolCalls: [], said, speaker } as const
    return [
      { id: newId('message'), runId: to.id, tokens: messageTokens(body), createdAt: at, body },
    ]
  })
  if (messages.length > 0) await tx.messages.append(to.agentId, messages, to.conversationId)
}
