import { Worker } from 'node:worker_threads'
import type DatabaseHandle from 'better-sqlite3'
import { CHECKPOINT_WORKER } from '../../generated/checkpoint-worker.ts'
import type { CheckpointSetup } from './checkpoint-worker.ts'
import { BUSY_TIMEOUT_MS } from './driver.ts'
import { findDriver } from './native.ts'
import { generationOf } from './session.ts'

/** Commits that follow one another as closely as this are those of a load, for example. Chosen by hand. */
const CLOSE_MILLISECONDS = 250
/** So many of them are much. Chosen by hand. */
const MANY_COMMITS = 30
/** Commits between two checkpoints, some hundred pages. Chosen by hand. */
const EVERY_COMMITS = 25
/** After a pause this long, the thread ends. Chosen by hand. */
const REST_MILLISECONDS = 3_000
/** Pages of the -wal from which on SQLite copies them in the next commit. Its own default. */
const USUAL_PAGES = 1_000
/** The same while the thread does it, so that the -wal does not grow without bound: 64 MB. Chosen by hand. */
const MAX_PAGES = 16_000

/**
 * Copies the -wal into the file in a thread while much is written: a checkpoint writes thousands of pages and waits for
 * the disk twice, which would stop everything else. Otherwise SQLite does it in a commit from time to time.
 */
export interface Checkpoints {
  /** Call it after each commit. */
  committed(): void
  close(): Promise<void>
}

export function createCheckpoints(handle: DatabaseHandle.Database): Checkpoints {
  let thread: Worker | undefined
  let hasFailed = false
  let isAtWork = false
  let lastCommit = Number.NEGATIVE_INFINITY
  let inARow = 0
  let waiting = 0
  let rest: NodeJS.Timeout | undefined

  function start(): Worker {
    const setup: CheckpointSetup = {
      ...{ database: handle.name, driver: findDriver() },
      ...{ busyMilliseconds: BUSY_TIMEOUT_MS, generation: generationOf(handle) },
    }
    const started = new Worker(CHECKPOINT_WORKER, {
      eval: true,
      workerData: setup,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    })
    started.unref()
    started.on('message', () => {
      if (thread === started) isAtWork = false
    })
    started.on('error', () => {
      hasFailed = true
    })
    started.once('exit', () => {
      if (thread === started) leave()
    })
    handle.pragma(`wal_autocheckpoint = ${MAX_PAGES}`)
    rest = setInterval(endAtRest, REST_MILLISECONDS)
    rest.unref()
    return started
  }

  function ask(): void {
    waiting = 0
    isAtWork = true
    thread?.postMessage('copy')
  }

  function endAtRest(): void {
    if (isAtWork || performance.now() - lastCommit < REST_MILLISECONDS) return
    if (waiting > 0) ask()
    else void end()
  }

  function leave(): void {
    thread = undefined
    isAtWork = false
    inARow = 0
    clearInterval(rest)
    if (handle.open) handle.pragma(`wal_autocheckpoint = ${USUAL_PAGES}`)
  }

  async function end(): Promise<void> {
    const ended = thread
    if (!ended) return
    leave()
    await ended.terminate()
  }

  return {
    committed() {
      const now = performance.now()
      inARow = now - lastCommit < CLOSE_MILLISECONDS ? inARow + 1 : 0
      lastCommit = now
      waiting += 1
      if (!thread && !hasFailed && inARow >= MANY_COMMITS) thread = start()
      if (thread && !isAtWork && waiting >= EVERY_COMMITS) ask()
    },
    close: end,
  }
}
