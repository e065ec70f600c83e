import { defaultConversation } from '../core/conversation.ts'
import { idOfKey } from '../core/derive-id.ts'
import { UserError } from '../core/errors.ts'
import { estimateTokens } from '../core/estimate-tokens.ts'
import { type AgentId, type ArchiveId, newId } from '../core/ids.ts'
import { isLonger, LIMITS } from '../core/limits.ts'
import type { MessageBody } from '../core/message.ts'
import { cleanText, normalText, sliceCharacters } from '../core/text.ts'
import { defaultArchive } from '../memory/archives.ts'
import { cleanTags } from '../memory/insert-passages.ts'
import type { InsertedPassage, Transaction } from '../storage/port/store.ts'
import type { Batch, ParsedMessage } from './batch.ts'
import { type LoadState, leaveOut } from './load-state.ts'

/** The agent and source that a batch is stored for. */
export interface Target {
  /** Null: passages go to the archive of the state, which no agent need have. */
  readonly agentId: AgentId | null
  /** Source of its passages. */
  readonly source: string
  /** For passages that have no time of their own. */
  readonly createdAt: string
}

export interface Stored {
  /** The state after it. */
  readonly state: LoadState
  /** Passages of it that belong to the file, in their order, whether or not they were there before. */
  readonly passages: readonly InsertedPassage[]
}

/** Stores a batch. What is there already is not stored again. */
export async function storeBatch(
  tx: Transaction,
  batch: Exclude<Batch, { kind: 'block' }>,
  target: Target,
  state: LoadState,
  at: string,
): Promise<Stored> {
  switch (batch.kind) {
    case 'passages':
      return storePassages(tx, batch, target, state, at)
    case 'messages':
      return { state: await storeMessages(tx, batch.messages, target, state, at), passages: [] }
    case 'left_out':
      return { state: leaveOut(state, `${target.source}/${batch.note}`), passages: [] }
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
): Promise<Stored> {
  const own = sourceOf(source, part)
  const prepared = passages
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, tags = [], createdAt: created, expiresAt, source: from }) => ({
      id: newId('passage'),
      text: cleanText(text),
      tags: cleanTags(tags.slice(0, LIMITS.tags).map((tag) => sliceCharacters(tag, 0, LIMITS.tag))),
      source: from ?? own,
      createdAt: created ?? createdAt,
      ...(expiresAt !== undefined && { expiresAt }),
    }))
  if (prepared.length === 0) return { state, passages: [] }
  const archiveId = await archiveOf(tx, agentId, state, at)
  const inserted = await tx.passages.insert(
    prepared.map((passage) => ({ ...passage, archiveId })),
    at,
  )
  const known = inserted.filter(({ duplicate }) => duplicate).length
  const counts = {
    known: state.known + known,
    passages: state.passages + inserted.length - known,
  }
  // Those of an exported agent belong to the documents that they came from.
  const ofFile = inserted.filter((_, index) => prepared[index]?.source === own)
  return { state: { ...state, ...counts, archiveId }, passages: ofFile }
}

/** The source of the passages of a file, or of a part of it. Pure. */
export function sourceOf(source: string, part = ''): string {
  const place = part === '' ? source : `${source}/${part}`
  // The end of a long path says more than its beginning.
  return normalText(isLonger(place, LIMITS.source) ? place.slice(-LIMITS.source) : place)
}

async function archiveOf(
  tx: Transaction,
  agentId: AgentId | null,
  state: LoadState,
  at: string,
): Promise<ArchiveId> {
  if (state.archiveId !== null) {
    if (await tx.archives.get(state.archiveId)) return state.archiveId
    throw new UserError('not_found', 'The archive that it goes to was deleted. Load it again.')
  }
  const agent = agentId && (await tx.agents.get(agentId))
  if (!agent) throw new Error('the agent is gone, and its jobs with it')
  return defaultArchive(tx, agent, at)
}

async function storeMessages(
  tx: Transaction,
  messages: readonly ParsedMessage[],
  { agentId, createdAt }: Target,
  state: LoadState,
  at: string,
): Promise<LoadState> {
  if (agentId === null) throw new Error('messages are of an agent')
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
