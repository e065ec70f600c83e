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
  /** That one search may take of the thread, from when it is begun. */
  readonly deadlineMilliseconds?: number
  /** That all searches together may take of the heap; vectors are outside of it. */
  readonly heapMegabytes?: number
}

interface Waiting {
  readonly question: WorkerQuestion
  /** Threads that ended while it waited, without it being the one they were at. */
  losses: number
  resolve(answer: unknown): void
  reject(error: unknown): void
}

/** Chosen by hand: a search of a million passages takes two seconds on a busy machine. */
const DEADLINE_MILLISECONDS = 10_000
/** Chosen by hand: a common word of a million passages takes 16 MB while it is scored. */
const HEAP_MEGABYTES = 1_024
const TICK_MILLISECONDS = 250
const MAX_LOSSES = 3

/**
 * Starts with the first search. One that takes too long, or too much memory, is ended with its thread; a new thread makes
 * those that waited behind it, each with a deadline of its own.
 */
export function createSearchThread(options: SearchThreadSetup): SearchThread {
  const {
    deadlineMilliseconds = DEADLINE_MILLISECONDS,
    heapMegabytes = HEAP_MEGABYTES,
    ...setup
  } = options
  const waiting = new Map<number, Waiting>()
  /** The search that the thread is at, told by the thread; 0: none. */
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

  /** Refuses what the thread was at, and makes the others in a new one. */
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
    // It keeps the process alive only while somebody waits for it.
    worker.ref()
    watch ??= watchOver()
    worker.postMessage({ id, question } satisfies WorkerRequest)
  }

  function rest(idle: Worker): void {
    idle.unref()
    clearInterval(watch)
    watch = undefined
  }

  /** Time is counted in ticks, so that a process that was stopped meanwhile ends nothing. */
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

  /** The worker answers each kind of question with what `Searches` says. */
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
