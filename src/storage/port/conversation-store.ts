import type { ContextState, MemoryCounts, Summary } from '../../core/agent.ts'
import type { Block } from '../../core/block.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { Conversation } from '../../core/conversation.ts'
import type { AgentId, ConversationId } from '../../core/ids.ts'
import type { Message } from '../../core/message.ts'
import type { Page, PageRequest } from '../../core/page.ts'
import type { Route } from '../../core/route.ts'

/* The part of the port `store.ts` for conversations and what of them is in context. */

export interface ConversationFilter extends PageRequest {
  readonly agentId: AgentId
}

/** The stored part of an agent's context. */
export interface StoredContext {
  readonly state: ContextState
  /** How much the conversation's own agent has stored. */
  readonly counts: MemoryCounts
  readonly blocks: readonly Block[]
  /** In sight from `state.from` on, oldest first. */
  readonly messages: readonly Message[]
}

export interface ConversationReads {
  get(id: ConversationId): Promise<Conversation | undefined>
  /** Newest first; the default one is among them. */
  list(filter: ConversationFilter): Promise<Page<Conversation>>
  /** The newest of the agent's whose client has this transcript. */
  ofTranscript(agentId: AgentId, fingerprint: string): Promise<ConversationId | undefined>
  /** The agent that answers the user's messages in it; undefined: its own agent. */
  route(id: ConversationId): Promise<Route | undefined>
  /** Read at once for a step of `agent`, usually the conversation's own. */
  context(id: ConversationId, agent: AgentId): Promise<StoredContext>
  contextState(id: ConversationId): Promise<ContextState>
  /** All summaries ever written, oldest first. */
  summaries(id: ConversationId): Promise<readonly Summary[]>
}

export interface ConversationWrites {
  /** Agents get their default conversation when they are inserted. */
  insert(conversation: Conversation): Promise<void>
  /** False: there is no such conversation. */
  rename(id: ConversationId, title: string, at: Timestamp): Promise<boolean>
  /** Undefined: its own agent answers again. */
  setRoute(id: ConversationId, route: Route | undefined, at: Timestamp): Promise<void>
  noteTranscript(id: ConversationId, fingerprint: string): Promise<void>
  /**
   * Changes the given fields; a new summary is added to the earlier ones. Fields that `ContextState` says are the
   * agent's change for all its conversations.
   */
  setContext(id: ConversationId, state: Partial<ContextState>, at: Timestamp): Promise<void>
  /** Deletes the conversation with its messages, summaries and runs. False: there is no such conversation. */
  delete(id: ConversationId, at: Timestamp): Promise<boolean>
}
