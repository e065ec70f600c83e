import { performance } from 'node:perf_hooks'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { messageTokens } from '../../src/agent/context/message-tokens.ts'
import { type AgentId, newId } from '../../src/core/ids.ts'
import type { MessageBody } from '../../src/core/message.ts'
import type { NewMessage } from '../../src/storage/port/store.ts'
import { callTool } from '../shared/call-tool.ts'
import { NAMESPACE, seedAgents, withStorage } from '../shared/seed.ts'
import type { StdioClient } from '../support.ts'
import type { Conversation, Session, Turn } from './data-set.ts'

/** A conversation in the memory of an agent. */
export interface Remembered {
  /** Which turn a turn is found as: turns of the same words may share one passage. */
  foundAs(turn: string): string
  search(question: string, limit: number): Promise<Answer>
}

export interface Answer {
  /** Ids of turns, best first. */
  readonly found: readonly string[]
  readonly milliseconds: number
  readonly tokens: number
}

const TEXTS_PER_CALL = 100
/** Between two messages of a session; the data tells only when it began. */
const SECONDS_APART = 30

/** In archival memory, inserted and searched by a client. */
export async function rememberPassages(
  client: StdioClient,
  conversation: Conversation,
): Promise<Remembered> {
  const { fields } = await callTool(client, 'create_agent', { name: conversation.name })
  const agent = (fields.agent as { readonly id: string }).id
  const turns = new Map<string, string>()
  const passages = new Map<string, string>()
  for (const { source, createdAt, turns: ofSession } of conversation.sessions) {
    for (let from = 0; from < ofSession.length; from += TEXTS_PER_CALL) {
      const some = ofSession.slice(from, from + TEXTS_PER_CALL)
      const inserted = await callTool(client, 'insert_archival', {
        agent,
        source,
        texts: some.map(({ text }) => text),
        ...(createdAt !== undefined && { created_at: createdAt }),
      })
      const ids = idsOf(inserted.fields.passages)
      if (ids.length !== some.length) throw new Error('not every text has become a passage')
      ids.forEach((id, index) => {
        const turn = some[index]?.id ?? ''
        passages.set(turn, id)
        if (!turns.has(id)) turns.set(id, turn)
      })
    }
  }
  return {
    foundAs: (turn) => turns.get(passages.get(turn) ?? '') ?? turn,
    search: searchWith(client, 'search_archival', 'passages', agent, turns),
  }
}

/** In recall memory: written to the database in the folder `home`, to be searched by a client that comes later. */
export async function seedMessages(
  home: string,
  conversations: readonly Conversation[],
): Promise<readonly ((client: StdioClient) => Remembered)[]> {
  const agents = await seedAgents(
    home,
    conversations.map(({ name }) => name),
  )
  return withStorage(home, async (storage) => {
    const store = storage.in(NAMESPACE)
    const remembered: ((client: StdioClient) => Remembered)[] = []
    for (const [index, { sessions }] of conversations.entries()) {
      const agent = agents[index] as AgentId
      const turns = new Map<string, string>()
      for (const session of sessions) {
        const messages = session.turns.map((turn, place) => toMessage(turn, session, place))
        messages.forEach(({ id }, place) => {
          turns.set(id, session.turns[place]?.id ?? '')
        })
        await store.transaction((tx) => tx.messages.append(agent, messages))
      }
      remembered.push((client) => ({
        foundAs: (turn) => turn,
        search: searchWith(client, 'search_conversation', 'messages', agent, turns),
      }))
    }
    return remembered
  })
}

function toMessage({ role, text }: Turn, session: Session, place: number): NewMessage {
  const body: MessageBody =
    role === 'user' ? { role, text } : { role, text, reasoning: '', toolCalls: [], said: [text] }
  return {
    id: newId('message'),
    runId: null,
    tokens: messageTokens(body),
    createdAt: timeOf(session, place),
    body,
  }
}

export function timeOf({ createdAt }: Pick<Session, 'createdAt'>, place: number): string {
  const begin = createdAt === undefined ? 0 : Date.parse(createdAt)
  return new Date(begin + place * SECONDS_APART * 1_000).toISOString()
}

export function searchWith(
  client: StdioClient,
  tool: string,
  key: string,
  agent: string,
  turns: ReadonlyMap<string, string>,
): Remembered['search'] {
  return async (query, limit) => {
    const found: string[] = []
    let cursor: unknown
    let milliseconds = 0
    let tokens = 0
    // An answer is cut where it grows too long for clients; what was left out is on the next page.
    do {
      const start = performance.now()
      const args = { agent, query, limit, ...(cursor !== undefined && { cursor }) }
      const answer = await callTool(client, tool, args)
      milliseconds += performance.now() - start
      tokens += countTokens(answer.text)
      found.push(...idsOf(answer.fields[key]))
      cursor = answer.fields.next_cursor
    } while (cursor !== undefined && found.length < limit)
    return {
      found: found.slice(0, limit).map((id) => turns.get(id) ?? id),
      milliseconds,
      tokens,
    }
  }
}

function idsOf(items: unknown): readonly string[] {
  return (items as readonly { readonly id: string }[]).map(({ id }) => id)
}
