import { Worker } from 'node:worker_threads'
import { SEARCH_WORKER } from '../../generated/search-worker.ts'
import type { RankedAnswer, Searches } from '../database/search-request.ts'
import { inWords } from './errors.ts'
import { findDriver } from './native.ts'
import type { WorkerAnswer, WorkerQuestion, WorkerRequest, WorkerSetup } from './search-worker.ts'

export interface SearchThread {
  readonly searches: Searches
  close(): Promise<void>
}

interface Waiting {
  resolve(answer: unknown): void
  reject(error: unknown): void
}

/** Starts with the first search; one that died takes the searches with it that it was at, and starts anew with the next. */
export function createSearchThread(setup: Omit<WorkerSetup, 'driver'>): SearchThread {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let lastId = 0

  function start(): Worker {
    const workerData = { ...setup, driver: findDriver() }
    const started = new Worker(SEARCH_WORKER, { eval: true, workerData })
    started.on('message', (message: WorkerAnswer) => {
      const search = waiting.get(message.id)
      waiting.delete(message.id)
      if (waiting.size === 0) started.unref()
      if ('answer' in message) search?.resolve(message.answer)
      else
        search?.reject(inWords(Object.assign(new Error(message.message), { code: message.code })))
    })
    const died = (error: Error) => {
      if (worker !== started) return
      worker = undefined
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
    }
    started.on('error', died)
    started.on('exit', () => died(new Error('the search thread ended')))
    return started
  }

  /** The worker answers each kind of question with what `Searches` says. */
  function ask<Answer>(question: WorkerQuestion): Promise<Answer> {
    worker ??= start()
    const running = worker
    // It keeps the process alive only while somebody waits for it.
    running.ref()
    lastId += 1
    const id = lastId
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve: (answer) => resolve(answer as Answer), reject })
      running.postMessage({ id, question } satisfies WorkerRequest)
    })
  }

  return {
    searches: {
      ranked: (request) => ask<RankedAnswer>({ kind: 'ranked', request }),
      alike: (request) => ask<readonly number[]>({ kind: 'alike', request }),
      indexBytes: async () => (worker ? ask<number>({ kind: 'index_bytes' }) : 0),
    },
    async close() {
      const running = worker
      await running?.terminate()
    },
  }
}
