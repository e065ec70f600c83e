import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
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
import { openVectorReads } from './vector-reads.ts'
import { openWordIndex } from './word-index.ts'

/*
 * The search worker thread: FTS5 needs tens of milliseconds for a large archive, which must not block the event loop.
 * `scripts/embed-worker.mjs` bundles it into one script, started by `searches.ts`.
 */

export interface WorkerSetup {
  readonly database: string
  /** Path of better-sqlite3; a worker without a file of its own can't resolve it. */
  readonly driver: string
  readonly busyMilliseconds: number
  /** Memory budget of in-memory vector indexes. */
  readonly vectorBytes: number
  /** Shared memory: id of the query that the thread works on. */
  readonly current: Int32Array
}

export type WorkerQuestion =
  | { readonly kind: 'ranked'; readonly request: RankedRequest }
  | { readonly kind: 'alike'; readonly request: AlikeRequest }
  | { readonly kind: 'index_bytes' }

export interface WorkerRequest {
  readonly id: number
  readonly question: WorkerQuestion
}

export type WorkerAnswer =
  | { readonly id: number; readonly answer: RankedAnswer | readonly number[] | number }
  /** Not an Error object, which would lose its code between threads. */
  | { readonly id: number; readonly message: string; readonly code: string | undefined }

const setup = workerData as WorkerSetup
const Handle = createRequire(setup.driver)(setup.driver) as typeof DatabaseHandle
const port = parentPort
if (!port) throw new Error('the search worker runs as a worker only')

/** Up to this many vectors are scored without an index. Chosen by hand. */
const FEW = 1_000
/** int8 codes of this many vectors load in a tenth of a second. Chosen by hand. */
const MANY = 20_000
/** Nearest entries read per set, enough for rank fusion. Chosen by hand. */
const NEAREST = 50
const PATIENCE_MILLISECONDS = 1_500

type Searching = ReturnType<typeof open>
let searching: Searching | undefined

function open() {
  const db = new Handle(setup.database, { readonly: true, timeout: setup.busyMilliseconds })
  const reads = openVectorReads(db)
  const retriever = {
    reads,
    indexes: createMemoryIndexes({
      reads,
      budgetBytes: setup.vectorBytes,
      fewestRows: FEW,
      manyRows: MANY,
    }),
    most: NEAREST,
    few: FEW,
    patienceMilliseconds: PATIENCE_MILLISECONDS,
  }
  return { db, retriever, postings: openPostings(db) }
}

port.on('message', ({ id, question }: WorkerRequest) => {
  answer(id, question).then(
    (answered) => port.postMessage({ id, answer: answered } satisfies WorkerAnswer),
    (error) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
      const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
      port.postMessage({ id, message, code } satisfies WorkerAnswer)
    },
  )
})

async function answer(
  id: number,
  question: WorkerQuestion,
): Promise<RankedAnswer | readonly number[] | number> {
  searching ??= open()
  const { db, retriever } = searching
  switch (question.kind) {
    case 'ranked':
      return rank(id, searching, question.request)
    case 'alike':
      return ofOneMoment(id, db, async () => findAlike(db, question.request))
    case 'index_bytes':
      return retriever.indexes.bytes()
  }
}

/**
 * Vector search runs in slices, between which other queries are answered. Keyword search then runs in one transaction,
 * possibly at a later moment, so vector results are checked again.
 */
async function rank(
  id: number,
  { db, retriever, postings }: Searching,
  request: RankedRequest,
): Promise<RankedAnswer> {
  const { meaning } = request
  const known =
    request.offset > 0 ? rankings.get(keyOf(request, request.upTo, meaning?.upTo)) : undefined
  const nearest = known || !meaning ? NO_VECTORS : await findByMeaning(request, meaning, retriever)
  const vectorsUpTo = meaning?.upTo ?? nearest.upTo
  return ofOneMoment(id, db, async () => {
    const newest = db.prepare(`SELECT max(row) FROM ${request.index}`).pluck().get()
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
    remember(keyOf(request, upTo, vectorsUpTo), ranking)
    return { hits, more, upTo, vectorsUpTo, problem: nearest.problem }
  })
}

const moments = createMutex()

/**
 * Runs `work` in one transaction. The code of ranking is asynchronous because of PostgreSQL, but here every step
 * completes at once: the transaction ends before new events of this thread are handled.
 */
async function ofOneMoment<T>(
  id: number,
  db: DatabaseHandle.Database,
  work: () => Promise<T>,
): Promise<T> {
  await moments.lock()
  Atomics.store(setup.current, 0, id)
  try {
    db.exec('BEGIN')
    try {
      return await work()
    } finally {
      db.exec('COMMIT')
    }
  } finally {
    Atomics.store(setup.current, 0, 0)
    moments.unlock()
  }
}

/** Rankings whose next page may be requested, least recently used first. */
const rankings = new Map<string, Ranking>()
/** Chosen by hand. */
const MAX_RANKINGS = 200

/** Key that all pages of one list share. */
function keyOf(
  { index, namespace, query, filter, meaning }: RankedRequest,
  upTo: number | undefined,
  vectorsUpTo: number | undefined,
): string {
  return JSON.stringify([index, namespace, query, filter, meaning?.sets, upTo, vectorsUpTo ?? 0])
}

function remember(key: string, ranking: Ranking): void {
  rankings.delete(key)
  rankings.set(key, ranking)
  const [oldest] = rankings.keys()
  if (rankings.size > MAX_RANKINGS && oldest !== undefined) rankings.delete(oldest)
}
