import { type Clock, toTimestamp } from '../core/clock.ts'
import { defaultConversation } from '../core/conversation.ts'
import { idOfKey } from '../core/derive-id.ts'
import { estimateTokens } from '../core/estimate-tokens.ts'
import type { AgentId } from '../core/ids.ts'
import type { MessageBody } from '../core/message.ts'
import type { NewMessage, Store } from '../storage/port/store.ts'
import { readBack } from './read-back.ts'
import { readEntry, type Said } from './transcript.ts'

/** Bytes of a transcript that are read, from its end, because the hook must be quick. Chosen by hand. */
const MAX_TRANSCRIPT_BYTES = 64 * 1024 * 1024

/**
 * Appends the new messages of a session to the agent's recall memory and returns their number. All are stored in one
 * transaction, so stored messages have no gaps and reading backwards can stop at the first known one.
 */
export async function recordSession(
  { store, clock, clean }: SessionParts,
  agentId: AgentId,
  transcript: string,
): Promise<number> {
  const fresh: NewMessage[] = []
  for await (const lines of readBack(transcript, MAX_TRANSCRIPT_BYTES)) {
    const said = lines.flatMap((line) => readEntry(line) ?? [])
    const messages = unique(said).map((one) => toMessage(one, agentId, clean, clock()))
    const known = await store.messages.known(messages.map(({ id }) => id))
    const unknown = messages.filter(({ id }) => !known.has(id))
    fresh.unshift(...unknown)
    if (messages.length > 0 && unknown.length === 0) break
  }
  if (fresh.length === 0) return 0
  return store.transaction(async (tx) => {
    const known = await tx.messages.known(fresh.map(({ id }) => id))
    const messages = fresh.filter(({ id }) => !known.has(id))
    await tx.messages.append(agentId, messages)
    await moveContext(tx, agentId, toTimestamp(clock()))
    return messages.length
  })
}

export interface SessionParts {
  readonly store: Store
  readonly clock: Clock
  /** Redacts secrets in a text. */
  readonly clean: (text: string) => string
}

type Transaction = Parameters<Parameters<Store['transaction']>[0]>[0]

/** If the agent has no message in context, its context begins after the recorded ones, so that no step loads them. */
async function moveContext(tx: Transaction, id: AgentId, at: string): Promise<void> {
  const conversation = defaultConversation(id)
  const { from } = await tx.conversations.contextState(conversation)
  if ((await tx.messages.inSight(conversation, from, 1)).length > 0) return
  await tx.conversations.setContext(conversation, { from: (await tx.messages.last(id)) + 1 }, at)
}

function toMessage(
  { uuid, role, text, at }: Said,
  agentId: AgentId,
  clean: (text: string) => string,
  now: number,
): NewMessage {
  const words = clean(text)
  return {
    // A transcript can be read again without duplicates.
    id: idOfKey('message', `${agentId} ${uuid}`),
    runId: null,
    elsewhere: true,
    tokens: estimateTokens(words),
    createdAt: at ?? toTimestamp(now),
    body: bodyOf(role, words),
  }
}

function bodyOf(role: Said['role'], text: string): MessageBody {
  return role === 'user'
    ? { role, text }
    : { role, text, reasoning: '', toolCalls: [], said: [text] }
}

function unique(said: readonly Said[]): readonly Said[] {
  return [...new Map(said.map((one) => [one.uuid, one])).values()]
}
