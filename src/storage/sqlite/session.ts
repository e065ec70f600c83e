import { randomInt } from 'node:crypto'
import type DatabaseHandle from 'better-sqlite3'
import { MAX_STAMP, nextCommit, nextGeneration } from './generation.ts'

/** Writes the stamps of `generation.ts` through a connection. */

export function generationOf(handle: DatabaseHandle.Database): number {
  return Number(handle.pragma('application_id', { simple: true }))
}

/**
 * Called by the first process that opens the file, while no other can. The old -wal is copied into the file before the
 * stamp is written, so that the -wal of this connection begins after it.
 */
export function beginSession(handle: DatabaseHandle.Database): void {
  emptyWal(handle)
  const generation = nextGeneration(generationOf(handle), randomInt(1, MAX_STAMP))
  handle.exec(
    `BEGIN IMMEDIATE; PRAGMA application_id = ${generation}; PRAGMA user_version = 1; COMMIT`,
  )
  emptyWal(handle)
}

/** Called by the last process, while no other can open the file: the closed file contains all commits. */
export function endSession(handle: DatabaseHandle.Database): void {
  handle.exec('BEGIN IMMEDIATE; PRAGMA user_version = 0; COMMIT')
}

/** True: the -wal is empty, since no reader holds it. */
export function emptyWal(handle: DatabaseHandle.Database): boolean {
  const [result] = handle.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
  return result?.busy === 0
}

/** Counts commits: stamps each writing transaction of a connection at its end. */
export function commitStamps(handle: DatabaseHandle.Database) {
  const counted = keepPrepared(handle, 'SELECT total_changes()')
  const commits = keepPrepared(handle, 'PRAGMA user_version')
  let changes = 0
  let mayHaveWritten = false
  return {
    /** A statement was run that is not one that only reads. */
    written(): void {
      mayHaveWritten = true
    },
    /** The statement that commits the transaction. */
    commit(): string {
      if (!mayHaveWritten) return 'COMMIT'
      mayHaveWritten = false
      const before = changes
      changes = Number(counted().get())
      if (changes === before) return 'COMMIT'
      return `PRAGMA user_version = ${nextCommit(Number(commits().get()))}; COMMIT`
    },
  }
}

/** Prepares a statement of one value at its first use. */
function keepPrepared(handle: DatabaseHandle.Database, text: string) {
  let statement: DatabaseHandle.Statement | undefined
  return () => {
    statement ??= handle.prepare(text).pluck()
    return statement
  }
}
