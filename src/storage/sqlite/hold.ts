import { closeSync, openSync, rmSync, statSync } from 'node:fs'
import type DatabaseHandle from 'better-sqlite3'
import { UserError } from '../../core/errors.ts'
import { codeOf, isBusy } from './errors.ts'
import { loadDriver } from './native.ts'

/*
 * Who has the data open. Node has no locks on files, SQLite has: an empty database beside the data, in which every
 * process that has the data open holds a read lock, and one that looks at the files themselves, or puts others in their
 * place, the write lock. It goes with the last of them, and the system takes the locks from whoever is killed.
 */

export interface Hold {
  /** No other process has the data open, and none can until this is shared or let go of. */
  readonly isAlone: boolean
  share(): Promise<void>
  /** False: others have the data open. */
  tryAlone(): boolean
  release(): void
}

/** Long enough for a large backup to be put in place. */
const PATIENCE_MILLISECONDS = 60_000
const PAUSE_MILLISECONDS = 30

/** Alone if nobody else has the data open, else together with them; waits while somebody else is alone. */
export async function holdData(path: string): Promise<Hold> {
  return untilFree(() => {
    const lock = openLock(path)
    if (lock === undefined) return NO_HOLD
    if (lock.tryAlone() || lock.tryShare()) return lock
    lock.release()
    return undefined
  })
}

/** Undefined: another process has the data open. */
export function holdAlone(path: string): Hold | undefined {
  const lock = openLock(path)
  if (lock === undefined) return NO_HOLD
  if (lock.tryAlone()) return lock
  lock.release()
  return undefined
}

/** Where no lock can be made nothing can be written either. */
const NO_HOLD: Hold = {
  isAlone: false,
  async share() {},
  tryAlone: () => false,
  release() {},
}

async function untilFree<T>(attempt: () => T | undefined): Promise<T> {
  const start = performance.now()
  for (;;) {
    const result = attempt()
    if (result !== undefined) return result
    if (performance.now() - start > PATIENCE_MILLISECONDS) {
      throw new UserError(
        'busy',
        'Another process is putting a backup in place, or is bringing the data up to date. Try again when it has finished.',
      )
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS * (0.5 + Math.random())))
  }
}

function openLock(path: string) {
  const file = `${path}-lock`
  const opened = openFile(file)
  return opened && createLock(file, opened)
}

interface OpenFile {
  readonly handle: DatabaseHandle.Database
  readonly inode: bigint
}

function openFile(file: string): OpenFile | undefined {
  for (;;) {
    try {
      // Only made here: to close it again, once SQLite has it open, would take its locks away.
      closeSync(openSync(file, 'wx', 0o600))
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') return undefined
    }
    const inode = inodeOf(file)
    if (inode === undefined) continue
    const Driver = loadDriver()
    try {
      return { handle: new Driver(file, { timeout: 0, fileMustExist: true }), inode }
    } catch (error) {
      if (inodeOf(file) === inode) throw error
    }
  }
}

function createLock(file: string, first: OpenFile) {
  let opened = first
  let isAlone = false
  const isCurrent = () => inodeOf(file) === opened.inode

  /** True: the lock is held, and of the file that others find under that name. */
  function take(...statements: readonly string[]): boolean {
    if (!isCurrent()) {
      opened.handle.close()
      opened = openFile(file) ?? opened
    }
    try {
      for (const statement of statements) opened.handle.exec(statement)
      if (isCurrent()) return true
    } catch (error) {
      if (!isBusy(error)) throw error
    }
    letGo()
    return false
  }

  function letGo(): void {
    isAlone = false
    if (opened.handle.open && opened.handle.inTransaction) opened.handle.exec('ROLLBACK')
  }

  const tryShare = () => take('BEGIN', 'SELECT count(*) FROM sqlite_master')
  return {
    get isAlone() {
      return isAlone
    },
    tryShare,
    async share() {
      if (!isAlone) return
      letGo()
      await untilFree(() => tryShare() || undefined)
    },
    tryAlone() {
      if (!opened.handle.open) return false
      letGo()
      isAlone = take('BEGIN EXCLUSIVE')
      return isAlone
    },
    release() {
      if (isAlone && isCurrent()) rmSync(file, { force: true })
      opened.handle.close()
    },
  }
}

function inodeOf(file: string): bigint | undefined {
  return statSync(file, { throwIfNoEntry: false, bigint: true })?.ino
}
