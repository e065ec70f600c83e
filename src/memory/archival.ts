import { type Clock, toTimestamp } from '../core/clock.ts'
import { parseMoment } from '../core/dates.ts'
import { UserError } from '../core/errors.ts'
import { type AgentId, isId, type PassageId } from '../core/ids.ts'
import type { Passage } from '../core/passage.ts'
import type { EmbedQuery, InsertedPassage, PassageSearch, Store } from '../storage/port/store.ts'
import { ownArchive } from './archives.ts'
import { checkTags } from './check-tags.ts'
import { JOINED_NEIGHBOURS, toExcerpts } from './excerpts.ts'
import { findAgent } from './find-agent.ts'
import { chooseSimilar, findSimilar, type SimilarPassage } from './find-similar.ts'
import {
  cleanTags,
  type InsertOptions,
  insertPassages,
  type Place,
  preparePassages,
} from './insert-passages.ts'
import { passesToo } from './passes-too.ts'
import { readQuery } from './read-query.ts'

export interface ArchivalFilter {
  readonly query?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly matchAllTags?: boolean | undefined
  readonly includeSuperseded?: boolean | undefined
  /** Searches only this archive. */
  readonly archiveId?: string | undefined
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

export interface Inserted {
  readonly passages: readonly InsertedPassage[]
  /** Earlier passages that may say the same or the opposite. Not computed for large inserts. */
  readonly similar: readonly SimilarPassage[]
}

/** Archival memory for callers. A search with a query waits for `embed` if passages have vectors. */
export function createArchivalMemory(store: Store, clock: Clock, embed?: EmbedQuery) {
  return {
    async insert(
      reference: string,
      texts: readonly string[],
      options: InsertOptions & Place,
    ): Promise<Inserted> {
      const prepared = preparePassages(texts, options, clock())
      const similar = await findSimilar(store, await findAgent(store.agents, reference), prepared)
      const passages = await store.transaction(async (tx) => {
        const agent = await findAgent(tx.agents, reference)
        return insertPassages(tx, agent, prepared, options, toTimestamp(clock()))
      })
      return { passages, similar: chooseSimilar(similar, passages, options.supersedes) }
    },

    async search(reference: string, filter: ArchivalFilter) {
      const { id, settings } = await findAgent(store.agents, reference)
      const now = toTimestamp(clock())
      const { timezone } = settings
      const search = await readSearch(store, id, { timezone, ...filter })
      const page = await store.passages.search(id, { ...search, now }, embed)
      if (filter.excerptChars === undefined) return page
      const items = await toExcerpts(page.items, filter.excerptChars, {
        text: ({ text }) => text,
        line: ({ text }) => text,
        passes: (passage) => passesToo(passage, search, now),
        around: async (passage) =>
          (await store.passages.around(id, passage.id, JOINED_NEIGHBOURS)) ?? [],
      })
      return { ...page, items }
    },

    /** The passage with up to `each` neighbours on either side, in the order of their source. */
    async around(reference: string, passageId: string, each: number): Promise<readonly Passage[]> {
      const { id } = await findAgent(store.agents, reference)
      const passages = isId('passage', passageId)
        ? await store.passages.around(id, passageId, each)
        : undefined
      return passages ?? throwMissing(passageId)
    },

    async delete(reference: string, passageId: string): Promise<PassageId> {
      const at = toTimestamp(clock())
      const deleted = await store.transaction(async (tx) => {
        const { id } = await findAgent(tx.agents, reference)
        return isId('passage', passageId) && (await tx.passages.delete(id, passageId, at))
          ? passageId
          : undefined
      })
      return deleted ?? throwMissing(passageId)
    },

    /** With `agentId`: only if one of that agent's archives contains it. */
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

function throwMissing(passageId: string): never {
  throw new UserError(
    'not_found',
    `The agent's archival memory has no passage ${passageId}. Find its id with search_archival.`,
  )
}

export async function searchPassages(
  store: Pick<Store, 'archives' | 'passages'>,
  agentId: AgentId,
  filter: ArchivalFilter,
  embed?: EmbedQuery,
) {
  return store.passages.search(agentId, await readSearch(store, agentId, filter), embed)
}

async function readSearch(
  store: Pick<Store, 'archives'>,
  agentId: AgentId,
  filter: ArchivalFilter,
): Promise<PassageSearch> {
  const { after, archiveId, asOf, before, query, tags } = filter
  checkTags(tags ?? [])
  return {
    ...filter,
    // A long text is cut around the words that were found.
    explain: filter.explain || filter.excerptChars !== undefined,
    archiveId:
      archiveId === undefined ? undefined : (await ownArchive(store, agentId, archiveId)).id,
    tags: tags && cleanTags(tags),
    query: readQuery(query),
    after: after === undefined ? undefined : parseMoment('after', after),
    before: before === undefined ? undefined : parseMoment('before', before, 'end'),
    asOf: asOf === undefined ? undefined : parseMoment('as_of', asOf, 'end'),
  }
}
