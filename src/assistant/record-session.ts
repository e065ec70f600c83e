import { createHash } from 'node:crypto'
import { type Clock, toTimestamp } from '../core/clock.ts'
import { estimateTokens } from '../core/estimate-tokens.ts'
import type { AgentId, MessageId } from '../core/ids.ts'
import type { MessageBody } from '../core/message.ts'
import type { NewMessage, Store } from '../storage/port/store.ts'
import { readBack } from './read-back.ts'
import { readEntry, type Said } from './transcript.ts'

/** Of a transcript, counted from its end; the hook has to be quick. */
const MOST_BYTES = 64 * 1024 * 1024

/**
 * Appends what was said in a session, and was not stored yet, to the agent's recall memory; answers how much. All of it
 * in one transaction, so what is stored always reaches back from the end without gaps, and reading can stop there.
 */
export async function recordSession(
  { store, clock, clean }: SessionParts,
  agentId: AgentId,
  transcript: string,
): Promise<number> {
  const fresh: NewMessage[] = []
  for await (const lines of readBack(transcript, MOST_BYTES)) {
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
  /** Takes secrets out of a text. */
  readonly clean: (text: string) => string
}

type Transaction = Parameters<Parameters<Store['transaction']>[0]>[0]

/** Where the agent sees no message of its own, its context begins after these: nothing needs to step over them. */
async function moveContext(tx: Transaction, id: AgentId, at: string): Promise<void> {
  const { from } = await tx.agents.contextState(id)
  if ((await tx.messages.inSight(id, from, 1)).length > 0) return
  const { messages } = await tx.agents.counts(id)
  await tx.agents.setContext(id, { from: messages + 1 }, at)
}

function toMessage(
  { uuid, role, text, at }: Said,
  agentId: AgentId,
  clean: (text: string) => string,
  now: number,
): NewMessage {
  const words = clean(text)
  return {
    id: idOf(agentId, uuid),
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

/** The same for the same entry of a transcript, so that nothing is stored twice however often it is read. */
function idOf(agentId: AgentId, uuid: string): MessageId {
  const hex = createHash('sha256').update(`${agentId} ${uuid}`).digest('hex')
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
  ]
  return `message-${parts.join('-')}-${hex.slice(20, 32)}`
}

function unique(said: readonly Said[]): readonly Said[] {
  return [...new Map(said.map((one) => [one.uuid, one])).values()]
}
