import { parentPort, workerData } from 'node:worker_threads'
import type { AlikeRequest, RankedAnswer, RankedRequest } from '../database/search-request.ts'
import { driverAt } from './driver-at.ts'
import { createSearcher, type Searcher } from './searcher.ts'

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
const Handle = driverAt(setup.driver)
const port = parentPort
if (!port) throw new Error('the search worker runs as a worker only')

let searcher: Searcher | undefined

function open(): Searcher {
  const db = new Handle(setup.database, { readonly: true, timeout: setup.busyMilliseconds })
  return createSearcher(db, {
    vectorBytes: setup.vectorBytes,
    onTurn: (id) => Atomics.store(setup.current, 0, id),
  })
}

// Before the first question. If that fails, the question tries again and reports it.
try {
  searcher = open()
} catch {}

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
  searcher ??= open()
  switch (question.kind) {
    case 'ranked':
      return searcher.ranked(id, question.request)
    case 'alike':
      return searcher.alike(id, question.request)
    case 'index_bytes':
      return searcher.indexBytes()
  }
}
