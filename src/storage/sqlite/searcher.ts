import type DatabaseHandle from 'better-sqlite3'
import { readQuestion } from '../../search/question.ts'
import { type Ranking, rankedSearch } from '../../search/ranked-search.ts'
import { createMutex } from '../database/mutex.ts'
import type { AlikeRequest, RankedAnswer, RankedRequest } from '../database/search-request.ts'
import { NO_VECTORS } from '../vectors/found-by-meaning.ts'
import { createMemoryIndexes } from '../vectors/memory-indexes.ts'
import { findByMeaning } from '../vectors/vector-retriever.ts'
import { findAlike } from './alike.ts'
import { openPostings } from './postings.ts'
import { preparedOn } from './statements.ts'
import { openVectorReads } from './vector-reads.ts'
import { openWordIndex } from './word-index.ts'

export interface SearcherOptions {
  /** Memory budget of in-memory vector indexes. */
  readonly vectorBytes: number
  /** Called with the id of a question before its slice of work, and with 0 after it. */
  readonly onTurn?: (id: number) => void
}

export interface Searcher {
  ranked(id: number, request: RankedRequest): Promise<RankedAnswer>
  /** Row numbers; those that share the most rare stems come first. */
  alike(id: number, request: AlikeRequest): Promise<readonly number[]>
  indexBytes(): number
}

/** Up to this many vectors are scored without an index. Chosen by hand. */
const FEW = 1_000
/** int8 codes of this many vectors load in a tenth of a second. Chosen by hand. */
const MANY = 20_000
/** Nearest entries read per set, enough for rank fusion. Chosen by hand. */
const NEAREST = 50
const PATIENCE_MILLISECONDS = 1_500
/** Rankings whose next page may be requested. Chosen by hand. */
const MAX_RANKINGS = 200

/** Searches on one connection, which nothing else uses. */
export function createSearcher(
  db: DatabaseHandle.Database,
  { vectorBytes, onTurn = () => undefined }: SearcherOptions,
): Searcher {
  const reads = openVectorReads(db)
  const indexes = createMemoryIndexes({
    reads,
    budgetBytes: vectorBytes,
    fewestRows: FEW,
    manyRows: MANY,
  })
  const retriever = {
    reads,
    indexes,
    most: NEAREST,
    few: FEW,
    patienceMilliseconds: PATIENCE_MILLISECONDS,
  }
  const postings = openPostings(db)
  const moments = createMutex()
  const prepare = preparedOn(db)
  /** Least recently used first. */
  const rankings = new Map<string, Ranking>()

  /**
   * Runs `work` in one transaction. The code of ranking is asynchronous because of PostgreSQL, but here every step
   * completes at once: the transaction ends before new events of this thread are handled.
   */
  async function ofOneMoment<T>(id: number, work: () => Promise<T>): Promise<T> {
    await moments.lock()
    onTurn(id)
    try {
      prepare('BEGIN').run()
      try {
        return await work()
      } finally {
        prepare('COMMIT').run()
      }
    } finally {
      onTurn(0)
      moments.unlock()
    }
  }

  function remember(key: string, ranking: Ranking): void {
    rankings.delete(key)
    rankings.set(key, ranking)
    const [oldest] = rankings.keys()
    if (rankings.size > MAX_RANKINGS && oldest !== undefined) rankings.delete(oldest)
  }

  return {
    /**
     * Vector search runs in slices, between which other queries are answered. Keyword search then runs in one
     * transaction, possibly at a later moment, so vector results are checked again.
     */
    async ranked(id, request) {
      const { meaning } = request
      const known =
        request.offset > 0 ? rankings.get(keyOf(request, request.upTo, meaning?.upTo)) : undefined
      const nearest =
        known || !meaning ? NO_VECTORS : await findByMeaning(request, meaning, retriever)
      const vectorsUpTo = meaning?.upTo ?? nearest.upTo
      return ofOneMoment(id, async () => {
        const newest = prepare(`SELECT max(row) FROM ${request.index}`).pluck().get()
        const upTo = request.upTo ?? (typeof newest === 'number' ? newest : 0)
        const index = openWordIndex(db, postings[request.index], request)
        const question = readQuestion(request.query, request.now, request.timezone)
        const { hits, more, ranking } = await rankedSearch(
          index,
          question,
          request,
          nearest.lists,
          known,
        )
        if (more) remember(keyOf(request, upTo, vectorsUpTo), ranking)
        return { hits, more, upTo, vectorsUpTo, problem: nearest.problem }
      })
    },
    alike: (id, request) => ofOneMoment(id, async () => findAlike(db, request)),
    indexBytes: () => indexes.bytes(),
  }
}

/** Key that all pages of one list share. */
function keyOf(
  { index, namespace, query, explain, filter, meaning }: RankedRequest,
  upTo: number | undefined,
  vectorsUpTo: number | undefined,
): string {
  return JSON.stringify([
    index,
    namespace,
    query,
    explain,
    filter,
    meaning?.sets,
    upTo,
    vectorsUpTo ?? 0,
  ])
}
