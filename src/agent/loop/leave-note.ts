import type { Timestamp } from '../../core/clock.ts'
import { newId } from '../../core/ids.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { messageTokens } from '../context/message-tokens.ts'
import type { Team } from '../tools/inner-tool.ts'

/** A message of the server, which begins no turn. */
export const leaveNote: Team['tell'] = async (
  tx: Transaction,
  { agentId, conversation, text },
  at: Timestamp,
) => {
  const body = { role: 'system', text, sender: { kind: 'server' } } as const
  const note = {
    id: newId('message'),
    runId: null,
    tokens: messageTokens(body),
    createdAt: at,
    body,
  }
  await tx.messages.append(agentId, [note], conversation)
}
