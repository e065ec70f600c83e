import type { Conversation, NamedConversation } from '../core/conversation.ts'
import type { AgentId, ConversationId } from '../core/ids.ts'
import type { Message } from '../core/message.ts'
import type { Page, PageRequest } from '../core/page.ts'
import type { ConversationWalk } from './walks.ts'

/* Part of the port in `context.ts`: conversations with agents. MCP uses only the default one of each. */

export interface ConversationsPort {
  create(agent: string, title?: string): Promise<Conversation>
  /** Newest first; the default one is among them. */
  list(agent: string, page: PageRequest): Promise<Page<Conversation>>
  /** With `agent`, only if the conversation belongs to that agent. */
  get(id: string, agent?: AgentId): Promise<Conversation>
  /** Conversations of one agent, or of all, without the default ones. */
  walk(walk: ConversationWalk): Promise<readonly Conversation[]>
  /** A new conversation that goes on from what the old one has in context. */
  fork(id: string): Promise<Conversation>
  /** The conversation that a client calls `key`; created at its first use. */
  named(agent: string, key: string): Promise<NamedConversation>
  /** The newest conversation of which a client has exactly this transcript. */
  ofTranscript(agent: string, fingerprint: string): Promise<ConversationId | undefined>
  /** Notes the transcript that its client has of the conversation now. */
  noteTranscript(id: ConversationId, fingerprint: string): Promise<void>
  rename(id: string, title: string): Promise<Conversation>
  /** With its messages and runs. Refused for a default conversation, and while the agent is at work in it. */
  delete(id: string): Promise<void>
  /** The newest messages, oldest first; `before`: only those with a smaller `seq`. */
  messages(
    id: string,
    page: { readonly limit: number; readonly before?: number },
  ): Promise<readonly Message[]>
}
