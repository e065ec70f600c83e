import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type DatabaseHandle from 'better-sqlite3'
import { readQuestion } from '../../search/question.ts'
import { type Ranking, rankedSearch } from '../../search/ranked-search.ts'
import type { AlikeRequest, RankedAnswer, RankedRequest } from '../ranked-search.ts'
import { findAlike } from './alike.ts'
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
}

export type WorkerQuestion =
  | { readonly kind: 'ranked'; readonly request: RankedRequest }
  | { readonly kind: 'alike'; readonly request: AlikeRequest }

export interface WorkerRequest {
  readonly id: number
  readonly question: WorkerQuestion
}

export type WorkerAnswer =
  | { readonly id: number; readonly answer: RankedAnswer | readonly number[] }
  /** An error as such would lose its code on the way between threads. */
  | { readonly id: number; readonly message: string; readonly code: string | undefined }

const setup = workerData as WorkerSetup
const Handle = createRequire(setup.driver)(setup.driver) as typeof DatabaseHandle
const port = parentPort
if (!port) throw new Error('the search worker runs as a worker only')
let db: DatabaseHandle.Database | undefined

port.on('message', ({ id, question }: WorkerRequest) => {
  try {
    port.postMessage({ id, answer: search(question) } satisfies WorkerAnswer)
  } catch (thrown) {
    const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined
    port.postMessage({ id, message, code } satisfies WorkerAnswer)
  }
})

function search(question: WorkerQuestion): RankedAnswer | readonly number[] {
  db ??= new Handle(setup.database, { readonly: true, timeout: setup.busyMilliseconds })
  const handle = db
  // One transaction, so that all that it looks at is of one moment.
  return handle.transaction(() =>
    question.kind === 'ranked'
      ? rank(handle, question.request)
      : findAlike(handle, question.request),
  )()
}

function rank(db: DatabaseHandle.Database, request: RankedRequest): RankedAnswer {
  const newest = db.prepare(`SELECT max(row) FROM ${request.index}`).pluck().get()
  const index = openWordIndex(db, request)
  const upTo = request.upTo ?? (typeof newest === 'number' ? newest : 0)
  const key = JSON.stringify({ ...request, upTo, offset: 0, limit: 0 })
  const known = request.offset > 0 ? rankings.get(key) : undefined
  const { hits, more, ranking } = rankedSearch(index, readQuestion(request.query), request, known)
  remember(key, ranking)
  return { hits, more, upTo }
}

/** Those of which somebody may want the next page, the one that was asked for last at the end. */
const rankings = new Map<string, Ranking>()
const MOST_RANKINGS = 200

function remember(key: string, ranking: Ranking): void {
  rankings.delete(key)
  rankings.set(key, ranking)
  const [oldest] = rankings.keys()
  if (rankings.size > MOST_RANKINGS && oldest !== undefined) rankings.delete(oldest)
}
