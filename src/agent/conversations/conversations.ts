import { type Clock, toTimestamp } from '../../core/clock.ts'
import { type Conversation, defaultConversation } from '../../core/conversation.ts'
import { UserError } from '../../core/errors.ts'
import { type AgentId, newId } from '../../core/ids.ts'
import { checkLength, LIMITS } from '../../core/limits.ts'
import type { Message } from '../../core/message.ts'
import type { Page, PageRequest } from '../../core/page.ts'
import { cleanText } from '../../core/text.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { Store } from '../../storage/port/store.ts'
import { findConversation } from './find-conversation.ts'

/** Conversations of agents: each has its own history, queue and context over the agent's one memory. */
export function createConversations({
  store,
  clock,
}: {
  readonly store: Store
  readonly clock: Clock
}) {
  return {
    async create(agent: string, title = ''): Promise<Conversation> {
      const clean = checkTitle(title)
      const at = toTimestamp(clock())
      const id = newId('conv')
      return store.transaction(async (tx) => {
        const { id: agentId } = await findAgent(tx.agents, agent)
        const conversation = { id, agentId, title: clean, createdAt: at }
        await tx.conversations.insert(conversation)
        return conversation
      })
    },

    async list(agent: string, page: PageRequest): Promise<Page<Conversation>> {
      const { id: agentId } = await findAgent(store.agents, agent)
      return store.conversations.list({ ...page, agentId })
    },

    /** With `agentId`: only a conversation of that agent. */
    async get(id: string, agentId?: AgentId): Promise<Conversation> {
      return findConversation(store, id, agentId)
    },

    async rename(id: string, title: string): Promise<Conversation> {
      const clean = checkTitle(title)
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const conversation = await findConversation(tx, id)
        await tx.conversations.rename(conversation.id, clean, at)
        return { ...conversation, title: clean }
      })
    },

    async delete(id: string): Promise<void> {
      const at = toTimestamp(clock())
      await store.transaction(async (tx) => {
        const { id: found, agentId } = await findConversation(tx, id)
        if (found === defaultConversation(agentId)) {
          throw new UserError(
            'invalid_argument',
            'This is the default conversation of its agent, which goes only with the agent. Empty its context with reset_messages.',
          )
        }
        if (await tx.runs.isAtWork(found)) {
          throw new UserError(
            'busy',
            'The agent is at work in this conversation. Wait for its run to end, or cancel it, and delete again.',
          )
        }
        await tx.conversations.delete(found, at)
      })
    },

    /** The newest messages, oldest first; `before`: only those with a smaller `seq`. */
    async messages(
      id: string,
      { limit, before }: { readonly limit: number; readonly before?: number },
    ): Promise<readonly Message[]> {
      const { id: conversationId, agentId } = await findConversation(store, id)
      const most = { messages: limit, conversationId, ...(before !== undefined && { before }) }
      return store.messages.recent(agentId, most)
    },
  }
}

function checkTitle(title: string): string {
  checkLength('The title', title, LIMITS.name)
  return cleanText(title)
}
