import type { Conversation } from '../../core/conversation.ts'
import { UserError } from '../../core/errors.ts'
import { type AgentId, isId } from '../../core/ids.ts'
import type { Reads } from '../../storage/port/store.ts'

/** Throws a UserError if there is no such conversation, or if it belongs to an agent other than `agentId`. */
export async function findConversation(
  reads: Pick<Reads, 'conversations'>,
  id: string,
  agentId?: AgentId,
): Promise<Conversation> {
  const found = isId('conv', id) ? await reads.conversations.get(id) : undefined
  if (found && (agentId === undefined || found.agentId === agentId)) return found
  throw new UserError(
    'not_found',
    `There is no conversation ${id}. Create one, or leave it out for the agent's default conversation.`,
  )
}
