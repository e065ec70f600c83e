import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type DatabaseHandle from 'better-sqlite3'

/*
 * The thread that copies the -wal into the file while much is written. `scripts/embed-worker.mjs` bundles it into one
 * script, started by `checkpoints.ts`.
 */

export interface CheckpointSetup {
  readonly database: string
  /** Path of better-sqlite3; a worker without a file of its own can't resolve it. */
  readonly driver: string
  readonly busyMilliseconds: number
  /** Stamp of the file that this process has open (`generation.ts`). */
  readonly generation: number
}

/** From this size on the -wal begins anew as soon as it can: 16 MB. Chosen by hand. */
const LARGE_PAGES = 4_000
/** A reader that lasts, such as a backup, may prevent it: then it is tried again when the -wal has grown by half. */
const AGAIN = 1.5
/** How often it is tried at once: another server often writes at that moment. Chosen by hand. */
const TRIES = 10
/** How long a try waits for writers and readers. It doesn't block the event loop. Chosen by hand. */
const TRY_MILLISECONDS = 10

const setup = workerData as CheckpointSetup
const Handle = createRequire(setup.driver)(setup.driver) as typeof DatabaseHandle
const port = parentPort
if (!port) throw new Error('it runs as a thread')

const db = new Handle(setup.database, { fileMustExist: true, timeout: setup.busyMilliseconds })
if (Number(db.pragma('application_id', { simple: true })) !== setup.generation)
  throw new Error('another file is in its place')
db.pragma('synchronous = FULL')
let nextTry = LARGE_PAGES

port.on('message', () => {
  try {
    // The second copies what was written during the first, so that little is left.
    copy()
    const pages = copy()
    if (pages < LARGE_PAGES) nextTry = LARGE_PAGES
    else if (pages >= nextTry) nextTry = beginAnew() ? LARGE_PAGES : pages * AGAIN
  } finally {
    port.postMessage('done')
  }
})

function copy(): number {
  return checkpoint('PASSIVE').log
}

/**
 * Other servers write all the time, so there is always a rest that is not copied. This one keeps them waiting while it
 * copies it. False: a reader holds the -wal.
 */
function beginAnew(): boolean {
  db.pragma(`busy_timeout = ${TRY_MILLISECONDS}`)
  try {
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (checkpoint('RESTART').busy === 0) return true
    }
    return false
  } finally {
    db.pragma(`busy_timeout = ${setup.busyMilliseconds}`)
  }
}

function checkpoint(mode: 'PASSIVE' | 'RESTART'): { readonly busy: number; readonly log: number } {
  const [done] = db.pragma(`wal_checkpoint(${mode})`) as { busy: number; log: number }[]
  return done ?? { busy: 1, log: 0 }
}
