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

export interface CheckpointDone {
  /** Pages in the -wal. */
  readonly pages: number
}

const setup = workerData as CheckpointSetup
const Handle = createRequire(setup.driver)(setup.driver) as typeof DatabaseHandle
const port = parentPort
if (!port) throw new Error('it runs as a thread')

const db = new Handle(setup.database, { fileMustExist: true, timeout: setup.busyMilliseconds })
if (Number(db.pragma('application_id', { simple: true })) !== setup.generation)
  throw new Error('another file is in its place')
db.pragma('synchronous = FULL')

port.on('message', () => {
  // The second copies what was written during the first, so that little is left.
  copy()
  port.postMessage({ pages: copy() } satisfies CheckpointDone)
})

function copy(): number {
  const [done] = db.pragma('wal_checkpoint(PASSIVE)') as { readonly log: number }[]
  return done?.log ?? 0
}
