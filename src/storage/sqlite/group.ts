import type DatabaseHandle from 'better-sqlite3'
import { inWords } from './errors.ts'

/** A group that lasts longer takes no more, since other processes wait for the write lock. Chosen by hand. */
const MAX_MILLISECONDS = 10

/**
 * Transactions of this process that wait for one another are committed together, since a commit waits for the disk. Each
 * but the first is a savepoint, so that one that fails is undone alone, and each is over once all of them are on disk.
 */
export interface Group {
  /** Transactions wait for their commit. */
  isOpen(): boolean
  isOld(): boolean
  begin(): Promise<void>
  /** The transaction in progress has done its work. Resolves at its commit. */
  join(): Promise<void>
  /** Undoes the transaction in progress. `error`: why, if SQLite has undone the whole group. */
  undo(error: unknown): void
  /** Commits those that joined. */
  commit(): void
}

export interface GroupOptions {
  readonly handle: DatabaseHandle.Database
  readonly begin: () => Promise<unknown>
  readonly commit: () => void
}

interface Member {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export function createGroup({ handle, begin, commit }: GroupOptions): Group {
  let members: Member[] = []
  let began = 0

  function leave(): readonly Member[] {
    const all = members
    members = []
    return all
  }

  return {
    isOpen: () => members.length > 0,
    isOld: () => performance.now() - began > MAX_MILLISECONDS,
    async begin() {
      if (members.length > 0) {
        handle.exec('SAVEPOINT member')
        return
      }
      // Others that are ready to write in this turn of the event loop come to wait meanwhile.
      await new Promise(setImmediate)
      await begin()
      began = performance.now()
    },
    async join() {
      if (members.length > 0) handle.exec('RELEASE member')
      return new Promise((resolve, reject) => members.push({ resolve, reject }))
    },
    undo(error) {
      // After some errors, such as a full disk, SQLite has already rolled back.
      if (!handle.inTransaction) for (const { reject } of leave()) reject(error)
      else if (members.length > 0) handle.exec('ROLLBACK TO member; RELEASE member')
      else handle.exec('ROLLBACK')
    },
    commit() {
      const all = leave()
      try {
        commit()
      } catch (error) {
        if (handle.inTransaction) handle.exec('ROLLBACK')
        for (const { reject } of all) reject(inWords(error))
        return
      }
      for (const { resolve } of all) resolve()
    },
  }
}
