import { defaultConversation } from '../core/conversation.ts'
import { parseMoment } from '../core/dates.ts'
import { UserError } from '../core/errors.ts'
import { type AgentId, type ConversationId, isId, type RunId } from '../core/ids.ts'
import { type Message, type MessageRole, spokenText } from '../core/message.ts'
import type { Walk } from '../core/walk.ts'
import type { EmbedQuery, MessageSearch, Store } from '../storage/port/store.ts'
import { JOINED_NEIGHBOURS, toExcerpts } from './excerpts.ts'
import { findAgent } from './find-agent.ts'
import { readQuery } from './read-query.ts'

export interface MessageWalk extends Walk {
  /** Absent: the messages of all agents. */
  readonly agent?: string | undefined
  readonly conversation?: ConversationId | undefined
}

export interface RecallFilter {
  readonly query?: string | undefined
  readonly roles?: readonly MessageRole[] | undefined
  readonly exceptRun?: RunId | undefined
  readonly after?: string | undefined
  readonly before?: string | undefined
  /** As if it were then. */
  readonly asOf?: string | undefined
  /** Joins each result with its neighbours to a text of at most so many characters. */
  readonly excerptChars?: number | undefined
  /** Says why each result was found. */
  readonly explain?: boolean | undefined
  /** Whose days a question means. */
  readonly timezone?: string | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

/**
 * Recall memory: the whole conversation, in context or not. A search with a query waits for `embed` if messages have
 * vectors.
 */
export function createRecallMemory(store: Store, embed?: EmbedQuery) {
  const defaultOf = async (agent: string) =>
    defaultConversation((await findAgent(store.agents, agent)).id)

  return {
    /** As they were added to their history; only messages since it was last reset. */
    async walk({ agent, conversation, ...walk }: MessageWalk): Promise<readonly Message[]> {
      if (agent === undefined && conversation === undefined) return store.walks.messages(walk)
      const conversationId = conversation ?? (await defaultOf(agent ?? ''))
      const { summariesFrom } = await store.conversations.contextState(conversationId)
      return store.walks.messages({ ...walk, conversationId, fromSeq: summariesFrom })
    },

    async get(messageId: string): Promise<Message> {
      const message = isId('message', messageId) ? await store.walks.message(messageId) : undefined
      if (message) return message
      throw new UserError('not_found', `There is no message ${messageId}.`)
    },

    async search(reference: string, filter: RecallFilter) {
      const { id, settings } = await findAgent(store.agents, reference)
      const search = readSearch({ timezone: settings.timezone, ...filter })
      const page = await store.messages.search(id, search, embed)
      if (filter.excerptChars === undefined) return page
      const items = await toExcerpts<Message>(page.items, filter.excerptChars, {
        text: spokenText,
        line: (message) => `${message.role}: ${spokenText(message)}`,
        passes: ({ role, createdAt }) =>
          (search.roles?.includes(role) ?? true) &&
          (search.after === undefined || createdAt >= search.after) &&
          (search.before === undefined || createdAt <= search.before),
        around: async (message) =>
          (await store.messages.around(id, message.id, JOINED_NEIGHBOURS)) ?? [],
      })
      return { ...page, items }
    },

    /** The message with up to `each` messages before and after it, in order. */
    async around(reference: string, messageId: string, each: number): Promise<readonly Message[]> {
      const { id } = await findAgent(store.agents, reference)
      const messages = isId('message', messageId)
        ? await store.messages.around(id, messageId, each)
        : undefined
      if (messages) return messages
      throw new UserError(
        'not_found',
        `The agent has no message ${messageId}. Find its id with search_conversation.`,
      )
    },

    async list(reference: string, limit: number): Promise<readonly Message[]> {
      const { id } = await findAgent(store.agents, reference)
      return store.messages.recent(id, { messages: limit })
    },
  }
}

export async function searchMessages(
  store: Pick<Store, 'messages'>,
  agentId: AgentId,
  filter: RecallFilter,
  embed?: EmbedQuery,
) {
  return store.messages.search(agentId, readSearch(filter), embed)
}

function readSearch(filter: RecallFilter): MessageSearch {
  const { after, asOf, before, query } = filter
  const ends = [
    ...(before === undefined ? [] : [parseMoment('before', before, 'end')]),
    ...(asOf === undefined ? [] : [parseMoment('as_of', asOf, 'end')]),
  ]
  return {
    ...filter,
    // A long text is cut around the words that were found.
    explain: filter.explain || filter.excerptChars !== undefined,
    query: readQuery(query),
    after: after === undefined ? undefined : parseMoment('after', after),
    before: ends.sort().at(0),
  }
}
