import { defaultConversation } from '../core/conversation.ts'
import { idOfKey } from '../core/derive-id.ts'
import { estimateTokens } from '../core/estimate-tokens.ts'
import { type AgentId, newId } from '../core/ids.ts'
import { isLonger, LIMITS } from '../core/limits.ts'
import type { MessageBody } from '../core/message.ts'
import { cleanText, normalText, sliceCharacters } from '../core/text.ts'
import { cleanTags, insertPassages } from '../memory/insert-passages.ts'
import type { Transaction } from '../storage/port/store.ts'
import type { Batch, ParsedMessage } from './batch.ts'
import { type LoadState, leaveOut } from './load-state.ts'

/** The agent and source that a batch is stored for. */
export interface Target {
  readonly agentId: AgentId
  /** Source of its passages. */
  readonly source: string
  /** For passages that have no time of their own. */
  readonly createdAt: string
}

/** Stores a batch, and returns the state after it. What is there already is not stored again. */
export async function storeBatch(
  tx: Transaction,
  batch: Exclude<Batch, { kind: 'block' }>,
  target: Target,
  state: LoadState,
  at: string,
): Promise<LoadState> {
  switch (batch.kind) {
    case 'passages':
      return storePassages(tx, batch, target, state, at)
    case 'messages':
      return storeMessages(tx, batch.messages, target, state, at)
    case 'left_out':
      return leaveOut(state, `${target.source}/${batch.note}`)
  }
}

/** The state as if the batch had been stored, for a plan. */
export function countBatch(batch: Batch, source: string, state: LoadState): LoadState {
  switch (batch.kind) {
    case 'passages':
      return { ...state, passages: state.passages + batch.passages.length }
    case 'messages':
      return { ...state, messages: state.messages + batch.messages.length }
    case 'block':
      return { ...state, blocks: state.blocks + 1 }
    case 'left_out':
      return leaveOut(state, `${source}/${batch.note}`)
  }
}

async function storePassages(
  tx: Transaction,
  { part, passages }: Extract<Batch, { kind: 'passages' }>,
  { agentId, source, createdAt }: Target,
  state: LoadState,
  at: string,
): Promise<LoadState> {
  const agent = await tx.agents.get(agentId)
  if (!agent) throw new Error('the agent is gone, and its jobs with it')
  const place = part === '' ? source : `${source}/${part}`
  // The end of a long path says more than its beginning.
  const where = normalText(isLonger(place, LIMITS.source) ? place.slice(-LIMITS.source) : place)
  const prepared = passages
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, tags = [], createdAt: own, expiresAt, source: from }) => ({
      id: newId('passage'),
      text: cleanText(text),
      tags: cleanTags(tags.slice(0, LIMITS.tags).map((tag) => sliceCharacters(tag, 0, LIMITS.tag))),
      source: from ?? where,
      createdAt: own ?? createdAt,
      ...(expiresAt !== undefined && { expiresAt }),
    }))
  if (prepared.length === 0) return state
  const inserted = await insertPassages(tx, agent, prepared, {}, at)
  const known = inserted.filter(({ duplicate }) => duplicate).length
  return {
    ...state,
    known: state.known + known,
    passages: state.passages + inserted.length - known,
  }
}

async function storeMessages(
  tx: Transaction,
  messages: readonly ParsedMessage[],
  { agentId, createdAt }: Target,
  state: LoadState,
  at: string,
): Promise<LoadState> {
  const all = messages.map((message) => ({
    ...message,
    id: idOfKey('message', `${agentId} ${message.key}`),
  }))
  const known = await tx.messages.known(all.map(({ id }) => id))
  const fresh = all.filter(({ id }) => !known.has(id))
  await tx.messages.append(
    agentId,
    fresh.map(({ id, role, text, at: said }) => {
      const words = sliceCharacters(cleanText(text), 0, LIMITS.message)
      return {
        ...{ id, runId: null, elsewhere: true, tokens: estimateTokens(words) },
        ...{ createdAt: said ?? createdAt, body: bodyOf(role, words) },
      }
    }),
  )
  await keepOutOfContext(tx, agentId, at)
  return {
    ...state,
    known: state.known + known.size,
    messages: state.messages + fresh.length,
  }
}

function bodyOf(role: ParsedMessage['role'], text: string): MessageBody {
  return role === 'user'
    ? { role, text }
    : { role, text, reasoning: '', toolCalls: [], said: [text] }
}

/** An agent that has said nothing yet begins its context after them, so that no step looks through them. */
async function keepOutOfContext(tx: Transaction, agentId: AgentId, at: string): Promise<void> {
  const id = defaultConversation(agentId)
  const { from } = await tx.conversations.contextState(id)
  if ((await tx.messages.inSight(id, from, 1)).length > 0) return
  await tx.conversations.setContext(id, { from: (await tx.messages.last(agentId)) + 1 }, at)
}
