import type { Agent } from '../../core/agent.ts'
import { defaultConversation } from '../../core/conversation.ts'
import { UserError } from '../../core/errors.ts'
import { groupConversation } from '../../core/group.ts'
import { type ConversationId, isId } from '../../core/ids.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { Reads } from '../../storage/port/store.ts'

/** The agent that gets a message, and the conversation in which it gets it. */
export interface Receiver {
  readonly agent: Agent
  readonly conversation: ConversationId
}

/** The receiver of a message to an agent (id or exact name) or to a group (id). Throws a UserError if there is none. */
export async function findReceiver(
  { agents, groups }: Pick<Reads, 'agents' | 'groups'>,
  reference: string,
): Promise<Receiver> {
  const id = reference.trim().toLowerCase()
  if (!isId('group', id)) {
    const agent = await findAgent(agents, reference)
    return { agent, conversation: defaultConversation(agent.id) }
  }
  const group = await groups.get(id)
  const manager = group && (await agents.get(group.managerId))
  if (!manager) {
    throw new UserError(
      'not_found',
      `No group has the id ${id}. list_groups shows those that exist.`,
    )
  }
  if (group.memberIds.length === 0) {
    throw new UserError(
      'conflict',
      `The group ${group.name} has no members left. Message an agent, or create another group.`,
    )
  }
  return { agent: manager, conversation: groupConversation(id) }
}
