import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type DatabaseHandle from 'better-sqlite3'
import { readQuestion } from '../../search/question.ts'
import { rankedSearch } from '../../search/ranked-search.ts'
import type { RankedAnswer, RankedRequest } from '../ranked-search.ts'
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

export interface WorkerRequest {
  readonly id: number
  readonly request: RankedRequest
}

export type WorkerAnswer =
  | { readonly id: number; readonly answer: RankedAnswer }
  /** An error as such would lose its code on the way between threads. */
  | { readonly id: number; readonly message: string; readonly code: string | undefined }

const setup = workerData as WorkerSetup
const Handle = createRequire(setup.driver)(setup.driver) as typeof DatabaseHandle
const port = parentPort
if (!port) throw new Error('the search worker runs as a worker only')
let db: DatabaseHandle.Database | undefined

port.on('message', ({ id, request }: WorkerRequest) => {
  try {
    port.postMessage({ id, answer: search(request) } satisfies WorkerAnswer)
  } catch (thrown) {
    const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined
    port.postMessage({ id, message, code } satisfies WorkerAnswer)
  }
})

function search(request: RankedRequest): RankedAnswer {
  db ??= new Handle(setup.database, { readonly: true, timeout: setup.busyMilliseconds })
  const handle = db
  // One transaction, so that all that it looks at is of one moment.
  return handle.transaction(() => {
    const newest = handle.prepare(`SELECT max(row) FROM ${request.index}`).pluck().get()
    const page = rankedSearch(openWordIndex(handle, request), readQuestion(request.query), request)
    return { ...page, upTo: request.upTo ?? (typeof newest === 'number' ? newest : 0) }
  })()
}
