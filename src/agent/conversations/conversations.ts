import { type Clock, toTimestamp } from '../../core/clock.ts'
import { type Conversation, defaultConversation } from '../../core/conversation.ts'
import { UserError } from '../../core/errors.ts'
import { type AgentId, newId } from '../../core/ids.ts'
import { checkLength, LIMITS } from '../../core/limits.ts'
import type { Message } from '../../core/message.ts'
import type { Page, PageRequest } from '../../core/page.ts'
import { cleanText } from '../../core/text.ts'
import type { Walk } from '../../core/walk.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { NewMessage, Store } from '../../storage/port/store.ts'
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

    async walk({
      agent,
      ...walk
    }: Walk & { readonly agent?: string | undefined }): Promise<readonly Conversation[]> {
      const agentId = agent === undefined ? undefined : (await findAgent(store.agents, agent)).id
      return store.walks.conversations({ ...walk, agentId })
    },

    /** A new conversation that goes on from what the old one has in context; the old one stays as it is. */
    async fork(id: string): Promise<Conversation> {
      const at = toTimestamp(clock())
      const forkId = newId('conv')
      return store.transaction(async (tx) => {
        const { id: from, agentId, title } = await findConversation(tx, id)
        const state = await tx.conversations.contextState(from)
        const messages = await tx.messages.inSight(from, state.from)
        const fork = { id: forkId, agentId, title, createdAt: at }
        const before = await tx.messages.last(agentId)
        await tx.conversations.insert(fork)
        await tx.messages.append(agentId, messages.map(copied), forkId)
        const summary = state.summary && {
          ...state.summary,
          id: newId('summary'),
          fromSeq: before,
          toSeq: before,
        }
        await tx.conversations.setContext(
          forkId,
          { from: before + 1, ...(summary && { summary }) },
          at,
        )
        return fork
      })
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

function copied({ tokens, createdAt, ...body }: Message): NewMessage {
  const {
    id: _id,
    agentId: _agentId,
    conversationId: _from,
    seq: _seq,
    runId: _run,
    ...rest
  } = body
  return { id: newId('message'), runId: null, tokens, createdAt, body: rest }
}

function checkTitle(title: string): string {
  checkLength('The title', title, LIMITS.name)
  return cleanText(title)
}
