import type { Timestamp } from './clock.ts'
import type { AgentId, ConversationId } from './ids.ts'

/**
 * A thread of messages with an agent: its own history, queue and context over the agent's one memory. Runs of different
 * conversations may be at work at once.
 */
export interface Conversation {
  readonly id: ConversationId
  readonly agentId: AgentId
  /** Empty: none was given. */
  readonly title: string
  readonly createdAt: Timestamp
}

/** The conversation that every agent has from the start; its id is derived, so no read is needed to find it. */
export function defaultConversation(agentId: AgentId): ConversationId {
  return `conv-${agentId.slice('agent-'.length)}`
}

/** A conversation that a client calls by a name of its own. */
export interface NamedConversation {
  readonly id: ConversationId
  /** The client just named it for the first time. */
  readonly isNew: boolean
}
