import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type DatabaseHandle from 'better-sqlite3'
import { readQuestion } from '../../search/question.ts'
import { rankedSearch } from '../../search/ranked-search.ts'
import type { RankedAnswer, RankedRequest } from '../ranked-search.ts'
import { createMirrors } from '../vectors/mirrors.ts'
import { type FoundByMeaning, findByMeaning } from '../vectors/vector-leg.ts'
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
  /** For mirrors of vectors. */
  readonly vectorBytes: number
}

export interface WorkerRequest {
  readonly id: number
  readonly request: RankedRequest
}

export type WorkerAnswer =
  | { readonly id: number; readonly answer: RankedAnswer }
  | { readonly id: number; readonly error: Error }

const setup = workerData as WorkerSetup
const Handle = createRequire(setup.driver)(setup.driver) as typeof DatabaseHandle
const db = new Handle(setup.database, { readonly: true, timeout: setup.busyMilliseconds })
const port = parentPort
if (!port) throw new Error('the search worker runs as a worker only')

const reads = openVectorReads(db)
const FEW = 1_000
const leg = {
  reads,
  mirrors: createMirrors({ reads, budgetBytes: setup.vectorBytes, fewestRows: FEW }),
  most: 50,
  few: FEW,
  patienceMilliseconds: 1_500,
}
const NO_VECTORS: FoundByMeaning = { lists: [], upTo: 0, problem: null }

port.on('message', ({ id, request }: WorkerRequest) => {
  void answer(request)
    .catch((error) => ({ error: error instanceof Error ? error : new Error(String(error)) }))
    .then((answered) => {
      const message: WorkerAnswer =
        'error' in answered ? { id, ...answered } : { id, answer: answered }
      port.postMessage(message)
    })
})

/** Vectors are searched in slices, so that other requests are answered in between. */
async function answer(request: RankedRequest): Promise<RankedAnswer> {
  const { meaning } = request
  const nearest = meaning ? await findByMeaning(request, meaning, leg) : NO_VECTORS
  return rank(request, nearest)
}

/**
 * In one read transaction, so that all that it looks at is of one moment, which may be later than that of the vectors:
 * they are looked at again.
 */
const rank = db.transaction((request: RankedRequest, nearest: FoundByMeaning): RankedAnswer => {
  const newest = db.prepare(`SELECT max(row) FROM ${request.index}`).pluck().get()
  const index = openWordIndex(db, request)
  const page = rankedSearch(index, readQuestion(request.query), request, nearest.lists)
  return {
    ...page,
    upTo: request.upTo ?? (typeof newest === 'number' ? newest : 0),
    vectorsUpTo: nearest.upTo,
    problem: nearest.problem,
  }
})
