import { randomInt } from 'node:crypto'
import type DatabaseHandle from 'better-sqlite3'
import { MAX_STAMP, nextCommit, nextGeneration } from './generation.ts'

/** The stamps of `generation.ts`, written through a connection. */

export function generationOf(handle: DatabaseHandle.Database): number {
  return Number(handle.pragma('application_id', { simple: true }))
}

/**
 * By the first process that opens the file, while no other can. What an earlier session left in the -wal goes into the
 * file first, and the stamp afterwards, so that the -wal of this session begins behind it.
 */
export function beginSession(handle: DatabaseHandle.Database): void {
  emptyWal(handle)
  const generation = nextGeneration(generationOf(handle), randomInt(1, MAX_STAMP))
  handle.exec(
    `BEGIN IMMEDIATE; PRAGMA application_id = ${generation}; PRAGMA user_version = 1; COMMIT`,
  )
  emptyWal(handle)
}

/** By the last process, while no other can open the file: all that was committed is in it when it is closed. */
export function endSession(handle: DatabaseHandle.Database): void {
  handle.exec('BEGIN IMMEDIATE; PRAGMA user_version = 0; COMMIT')
}

/** True: nothing is left in it, for nobody reads there. */
export function emptyWal(handle: DatabaseHandle.Database): boolean {
  const [result] = handle.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
  return result?.busy === 0
}

/** Counts the commits of a connection that wrote something, at the end of each transaction. */
export function commitStamps(handle: DatabaseHandle.Database) {
  let changes = 0
  let count: DatabaseHandle.Statement | undefined
  const changed = () => {
    count ??= handle.prepare('SELECT total_changes()').pluck()
    return Number(count.get())
  }
  return {
    begun(): void {
      changes = changed()
    },
    committing(): void {
      if (changed() === changes) return
      const commits = Number(handle.pragma('user_version', { simple: true }))
      handle.pragma(`user_version = ${nextCommit(commits)}`)
    },
  }
}
