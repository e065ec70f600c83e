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
  /** For reads outside transactions. */
  readonly db: Kysely<Database>
  /** Creates an unopened direct connection, past any pooler; null: no index is built. */
  readonly connect: (() => pg.Client) | null
  /** Called if an index could not be built; sets are scanned until then. */
  readonly onError: (error: unknown) => void
  readonly sizes?: SetSizes | undefined
}

export interface SetSizes {
  /**
   * Up to `few` vectors, all are scored; up to `many`, all binary codes are compared; beyond, an HNSW index is built
   * and used.
   */
  readonly few: number
  readonly many: number
}

/** Comparing binary codes is linear: 36 ms for 100,000 vectors of 768 components with 1,000 rescored. */
const SIZES: SetSizes = { few: 2_000, many: 250_000 }
/** Nearest entries read per set, enough for rank fusion. Chosen by hand. */
const NEAREST = 50

/**
 * Keeps no state between pages, since another server may get the next request: every page is cut from the list as of
 * the first one. Entries that were deleted, superseded or committed late in between can shift others across a page
 * border.
 */
export function createSearches({
  db,
  connect,
  onError,
  sizes = SIZES,
}: SearchesOptions): Searches & { close(): Promise<void> } {
  const indexes = createVectorIndexes(connect, onError)
  return {
    prepare() {},
    async ranked(request) {
      const { meaning } = request
      const question = readQuestion(request.query, request.now, request.timezone)
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
