import type { Kysely } from 'kysely'
import type pg from 'pg'
import { readQuestion } from '../../search/question.ts'
import { rankedSearch } from '../../search/ranked-search.ts'
import type { Database } from '../database/schema.ts'
import type { Searches } from '../database/search-request.ts'
import { NO_VECTORS } from '../vectors/found-by-meaning.ts'
import { findAlike } from './alike.ts'
import { createVectorIndexes } from './vector-indexes.ts'
import { findNearest } from './vector-retriever.ts'
import { openWordIndex } from './word-index.ts'

export interface SearchesOptions {
  /** Outside of transactions. */
  readonly db: Kysely<Database>
  /** A connection that was not opened yet, past any pooler; null: nothing is built. */
  readonly connect: (() => pg.Client) | null
  /** Told when an index could not be built; sets are read as a whole meanwhile. */
  readonly onError: (error: unknown) => void
  readonly sizes?: SetSizes | undefined
}

export interface SetSizes {
  /** Of so many vectors all are scored, of so many more all bits are compared; beyond, an index is built and asked. */
  readonly few: number
  readonly many: number
}

/** Bits take time in proportion: 36 ms for 100,000 vectors of 768 components, of which 1,000 are scored. */
const SIZES: SetSizes = { few: 2_000, many: 250_000 }
/** As many are looked at as their order may matter for. */
const NEAREST = 50

/**
 * Keeps nothing from one page to the next, as another server may be asked for that: every page is cut from the list as
 * it was when the first one was made. Entries that were deleted or superseded since, or whose transaction ended later
 * than those of newer ones, may move others over a border between pages.
 */
export function createSearches({
  db,
  connect,
  onError,
  sizes = SIZES,
}: SearchesOptions): Searches & { close(): Promise<void> } {
  const indexes = createVectorIndexes(connect, onError)
  return {
    async ranked(request) {
      const { meaning } = request
      const question = readQuestion(request.query)
      const [nearest, { index, upTo }] = await Promise.all([
        meaning
          ? findNearest(db, request, meaning, { indexes, most: NEAREST, ...sizes })
          : NO_VECTORS,
        openWordIndex(db, request, question.stems),
      ])
      const { hits, more } = await rankedSearch(index, question, request, nearest.lists)
      const vectorsUpTo = meaning?.upTo ?? nearest.upTo
      return { hits, more, upTo, vectorsUpTo, problem: nearest.problem }
    },
    alike: (request) => findAlike(db, request),
    indexBytes: async () => 0,
    close: indexes.close,
  }
}
