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
 * The thread that ranks: FTS5 answers a question to a large archive in tens of milliseconds, for which nothing else may
 * wait. `scripts/embed-worker.mjs` makes one script of it, which `search-thread.ts` starts.
 */

export interface WorkerSetup {
  readonly database: string
  /** Where better-sqlite3 is; a script without a file of its own can't look for it. */
  readonly driver: string
  readonly busyMilliseconds: number
  /** For in-memory indexes of vectors. */
  readonly vectorBytes: number
  /** Shared: which question the thread is at. */
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
  /** An error as such would lose its code on the way between threads. */
  | { readonly id: number; readonly message: string; readonly code: string | undefined }

const setup = workerData as WorkerSetup
const Handle = createRequire(setup.driver)(setup.driver) as typeof DatabaseHandle
const port = parentPort
if (!port) throw new Error('the search worker runs as a worker only')

/** So few vectors are scored as they are stored. */
const FEW = 1_000
/** So many are read as bytes in a tenth of a second. */
const MANY = 20_000
/** As many are looked at as their order may matter for. */
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
 * Vectors are searched in slices, so that other requests are answered in between; words then in one transaction, which
 * may be of a later moment: what vectors found is looked at again.
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
    const question = readQuestion(request.query)
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
 * In one transaction. What is ranked is asked for as of a database that is far away, but here it is there at once: the
 * transaction ends before anything else of this thread has its turn but what was waiting for its turn already.
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

/** Those of which somebody may want the next page, the one that was asked for last at the end. */
const rankings = new Map<string, Ranking>()
const MAX_RANKINGS = 200

/** What all pages of one list have in common. */
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
