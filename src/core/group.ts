import type { Timestamp } from './clock.ts'
import type { Conversation } from './conversation.ts'
import type { AgentId, ConversationId, GroupId } from './ids.ts'
import { excerpt } from './text.ts'

/** Characters of the title of a group's conversation. Chosen by hand. */
const MAX_TITLE = 120
/** Messages to members that one message to the group may lead to, unless the group says otherwise. Chosen by hand. */
export const DEFAULT_GROUP_TURNS = 10
/** Chosen by hand. */
export const MAX_GROUP_TURNS = 100
/** Chosen by hand. */
export const MAX_GROUP_MEMBERS = 50

/** With one of these an agent can delegate; a manager without one gets the first. */
export const DELEGATING_TOOLS = [
  'send_message_to_agent_and_wait_for_reply',
  'send_message_to_agents_matching_tags',
  'create_task',
] as const

/** Agents that are messaged as one: the manager gets the message, and delegates to the members. */
export interface Group {
  readonly id: GroupId
  readonly name: string
  readonly managerId: AgentId
  /** In the order in which they were given; members that were deleted are no longer among them. */
  readonly memberIds: readonly AgentId[]
  /** Messages to other agents that one message to the group may lead to. */
  readonly maxTurns: number
  readonly createdAt: Timestamp
}

/** A group with the names of its agents. */
export interface GroupView {
  readonly group: Group
  readonly manager: string
  readonly members: readonly { readonly id: AgentId; readonly name: string }[]
}

/** The conversation of the manager in which messages to the group are answered; its id follows from the group's. */
export function groupConversation(id: GroupId): ConversationId {
  return `conv-${id.slice('group-'.length)}`
}

/** That conversation as it begins. */
export function groupConversationOf({ id, name, managerId, createdAt }: Group): Conversation {
  const title = excerpt(`Group: ${name}`, MAX_TITLE)
  return { id: groupConversation(id), agentId: managerId, title, createdAt }
}

/** The only group that the conversation may be of. */
export function groupOfConversation(id: ConversationId): GroupId {
  return `group-${id.slice('conv-'.length)}`
}
