import { type Clock, toTimestamp } from '../core/clock.ts'
import { parseMoment } from '../core/dates.ts'
import { UserError } from '../core/errors.ts'
import { type AgentId, isId, newId, type PassageId } from '../core/ids.ts'
import type { Passage } from '../core/passage.ts'
import { cleanText, countCharacters } from '../core/text.ts'
import type { InsertedPassage, NewPassage, Store, Transaction } from '../storage/store.ts'
import { findAgent } from './find-agent.ts'

/** Longer texts are documents; cut into passages they are found better, and no result grows past what a caller reads. */
export const PASSAGE_LIMIT = 100_000

export interface ArchivalFilter {
  readonly query?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly matchAllTags?: boolean | undefined
  readonly after?: string | undefined
  readonly before?: string | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface InsertOptions {
  readonly tags?: readonly string[] | undefined
  readonly source?: string | undefined
  readonly createdAt?: string | undefined
}

/** Archival memory as the outside uses it. */
export function createArchivalMemory(store: Store, clock: Clock) {
  return {
    async insert(
      reference: string,
      texts: readonly string[],
      options: InsertOptions,
    ): Promise<readonly InsertedPassage[]> {
      const passages = preparePassages(texts, options, clock())
      return store.transaction(async (tx) => {
        const agent = await findAgent(tx.agents, reference)
        return insertPassages(tx, agent, passages, toTimestamp(clock()))
      })
    },

    async search(reference: string, filter: ArchivalFilter) {
      const { id } = await findAgent(store.agents, reference)
      return searchPassages(store, id, filter)
    },

    async delete(reference: string, passageId: string): Promise<PassageId> {
      const at = toTimestamp(clock())
      const deleted = await store.transaction(async (tx) => {
        const { id } = await findAgent(tx.agents, reference)
        return isId('passage', passageId) && (await tx.passages.delete(id, passageId, at))
          ? passageId
          : undefined
      })
      if (deleted) return deleted
      throw new UserError(
        'not_found',
        `The agent's archival memory has no passage ${passageId}. Find its id with search_archival.`,
      )
    },

    /** With `agentId`: only if it is in an archive of that agent. */
    async get(passageId: string, agentId?: AgentId): Promise<Passage> {
      const passage = isId('passage', passageId)
        ? await store.passages.find(passageId, agentId)
        : undefined
      if (passage) return passage
      throw new UserError(
        'not_found',
        `There is no passage ${passageId}. Find passages with search_archival.`,
      )
    },
  }
}

/** Passages without a place yet, with ids and times, so that the transaction only writes. */
export type PreparedPassage = Omit<NewPassage, 'archiveId'>

export function preparePassages(
  texts: readonly string[],
  options: InsertOptions,
  now: number,
): readonly PreparedPassage[] {
  const createdAt =
    options.createdAt === undefined
      ? toTimestamp(now)
      : parseMoment('created_at', options.createdAt)
  const tags = cleanTags(options.tags ?? [])
  return texts.map((text, index) => {
    const clean = cleanText(text)
    const where =
      texts.length > 1 ? ` (text ${index + 1} of ${texts.length}; nothing was stored)` : ''
    if (clean.trim() === '') {
      throw new UserError(
        'invalid_argument',
        `There is no text to store${where}. Give the words to remember.`,
      )
    }
    const size = countCharacters(clean)
    if (size > PASSAGE_LIMIT) {
      throw new UserError(
        'limit_exceeded',
        `A passage holds at most ${PASSAGE_LIMIT} characters and this text has ${size}${where}. Cut it into paragraphs and insert them with the same source.`,
      )
    }
    return {
      id: newId('passage'),
      text: clean,
      tags,
      source: cleanText(options.source ?? ''),
      createdAt,
    }
  })
}

/** Tags as they are stored, and so as they are searched for. */
function cleanTags(tags: readonly string[]): readonly string[] {
  return [...new Set(tags.map((tag) => cleanText(tag.trim())).filter((tag) => tag !== ''))].sort()
}

/** Into the agent's default archive, which the first insert makes. */
export async function insertPassages(
  tx: Transaction,
  agent: { readonly id: AgentId; readonly name: string },
  passages: readonly PreparedPassage[],
  at: string,
): Promise<readonly InsertedPassage[]> {
  let archiveId = await tx.passages.defaultArchive(agent.id)
  if (!archiveId) {
    archiveId = newId('archive')
    await tx.passages.createArchive(agent.id, {
      id: archiveId,
      name: `Archive of ${agent.name}`,
      at,
    })
  }
  const archived = passages.map((passage) => ({ ...passage, archiveId }))
  return tx.passages.insert(archived, at)
}

export async function searchPassages(
  store: Pick<Store, 'passages'>,
  agentId: AgentId,
  filter: ArchivalFilter,
) {
  const { after, before, query, tags } = filter
  return store.passages.search(agentId, {
    ...filter,
    tags: tags && cleanTags(tags),
    query: query === undefined || query.trim() === '' ? undefined : query,
    after: after === undefined ? undefined : parseMoment('after', after),
    before: before === undefined ? undefined : parseMoment('before', before, 'end'),
  })
}
