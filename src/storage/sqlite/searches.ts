import { Worker } from 'node:worker_threads'
import { UserError } from '../../core/errors.ts'
import { SEARCH_WORKER } from '../../generated/search-worker.ts'
import type { RankedAnswer, Searches } from '../database/search-request.ts'
import { inWords } from './errors.ts'
import { findDriver } from './native.ts'
import type { WorkerAnswer, WorkerQuestion, WorkerRequest, WorkerSetup } from './search-worker.ts'

export interface SearchThread {
  readonly searches: Searches
  close(): Promise<void>
}

export interface SearchThreadSetup extends Omit<WorkerSetup, 'driver' | 'current'> {
  /** Time limit of one search in the thread, from its start. */
  readonly deadlineMilliseconds?: number
  /** Heap limit of the thread; vectors are stored outside the heap. */
  readonly heapMegabytes?: number
}

interface Waiting {
  readonly question: WorkerQuestion
  /** How often the thread died while this query was waiting for another one. */
  losses: number
  resolve(answer: unknown): void
  reject(error: unknown): void
}

/** Chosen by hand: searching a million passages takes two seconds on a busy machine. */
const DEADLINE_MILLISECONDS = 10_000
/** Chosen by hand: scoring a common word in a million passages takes 16 MB. */
const HEAP_MEGABYTES = 1_024
const TICK_MILLISECONDS = 250
const MAX_LOSSES = 3

/**
 * Starts the thread with the first search, unless it was prepared before. A search that takes too much time or memory is ended together with its
 * thread; waiting ones move to a new thread, each with its own deadline.
 */
export function createSearchThread(options: SearchThreadSetup): SearchThread {
  const {
    deadlineMilliseconds = DEADLINE_MILLISECONDS,
    heapMegabytes = HEAP_MEGABYTES,
    ...setup
  } = options
  const waiting = new Map<number, Waiting>()
  /** Id of the search that the thread works on, written by the thread; 0: none. */
  const current = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  let worker: Worker | undefined
  let watch: NodeJS.Timeout | undefined
  let lastId = 0

  function start(): Worker {
    Atomics.store(current, 0, 0)
    const started = new Worker(SEARCH_WORKER, {
      eval: true,
      workerData: { ...setup, driver: findDriver(), current },
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    })
    started.on('message', (message: WorkerAnswer) => {
      const search = waiting.get(message.id)
      waiting.delete(message.id)
      if (waiting.size === 0) rest(started)
      if ('answer' in message) search?.resolve(message.answer)
      else
        search?.reject(inWords(Object.assign(new Error(message.message), { code: message.code })))
    })
    started.on('error', (error) => died(started, error))
    started.on('exit', () => died(started, new Error('the search thread ended')))
    return started
  }

  function died(which: Worker, error: Error): void {
    if (worker !== which) return
    worker = undefined
    const isFull = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    if (isFull) goOn(tooMuch(`took more than ${heapMegabytes} MB of memory`))
    else {
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
    }
  }

  /** Rejects the current search and moves the others to a new thread. */
  function goOn(refusal: UserError): void {
    const guilty = Atomics.load(current, 0)
    refuse(guilty, refusal)
    for (const [id, search] of waiting) {
      search.losses += 1
      if (search.losses >= MAX_LOSSES) refuse(id, refusal)
    }
    if (waiting.size > 0) for (const [id, { question }] of waiting) post(id, question)
  }

  function refuse(id: number, refusal: UserError): void {
    waiting.get(id)?.reject(refusal)
    waiting.delete(id)
  }

  function post(id: number, question: WorkerQuestion): void {
    worker ??= start()
    // The thread keeps the process alive only while a search is waiting.
    worker.ref()
    watch ??= watchOver()
    worker.postMessage({ id, question } satisfies WorkerRequest)
  }

  function rest(idle: Worker): void {
    idle.unref()
    clearInterval(watch)
    watch = undefined
  }

  /** Counts ticks rather than time, so that suspending the process ends no search. */
  function watchOver(): NodeJS.Timeout {
    let watched = 0
    let spent = 0
    return setInterval(() => {
      const at = Atomics.load(current, 0)
      spent = at !== 0 && at === watched ? spent + TICK_MILLISECONDS : 0
      watched = at
      if (spent < deadlineMilliseconds || !worker) return
      spent = 0
      const stuck = worker
      worker = undefined
      void stuck.terminate()
      goOn(tooMuch(`took longer than ${deadlineMilliseconds / 1_000} seconds`))
    }, TICK_MILLISECONDS)
  }

  /** The answer's type depends on the kind of question, as in `Searches`. */
  function ask<Answer>(question: WorkerQuestion): Promise<Answer> {
    lastId += 1
    const id = lastId
    return new Promise((resolve, reject) => {
      waiting.set(id, {
        question,
        losses: 0,
        resolve: (answer) => resolve(answer as Answer),
        reject,
      })
      post(id, question)
    })
  }

  return {
    searches: {
      prepare() {
        if (worker) return
        worker = start()
        worker.unref()
      },
      ranked: (request) => ask<RankedAnswer>({ kind: 'ranked', request }),
      alike: (request) => ask<readonly number[]>({ kind: 'alike', request }),
      indexBytes: async () => (worker ? ask<number>({ kind: 'index_bytes' }) : 0),
    },
    async close() {
      clearInterval(watch)
      const running = worker
      await running?.terminate()
    },
  }
}

function tooMuch(what: string): UserError {
  return new UserError(
    'limit_exceeded',
    `The search ${what} and was stopped. Search with fewer or rarer words, or in a shorter time.`,
  )
}
