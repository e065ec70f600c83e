import { closeSync, openSync, rmSync, statSync } from 'node:fs'
import type DatabaseHandle from 'better-sqlite3'
import { UserError } from '../../core/errors.ts'
import { codeOf, isBusy } from './errors.ts'
import { loadDriver } from './native.ts'

/*
 * Tracks which processes have the data open. Node has no file locks but SQLite has: every process holds a read lock on
 * an empty database beside the data, and a process that inspects or replaces the files takes its write lock. The last
 * process deletes it, and the system releases the locks of a killed one.
 */

export interface Hold {
  /** No other process has the data open, and none can until the hold is shared or released. */
  readonly isAlone: boolean
  share(): Promise<void>
  /** False: others have the data open. */
  tryAlone(): boolean
  release(): void
}

/** Enough for putting a large backup in place. Chosen by hand. */
const PATIENCE_MILLISECONDS = 60_000
const PAUSE_MILLISECONDS = 30

/** Exclusive if no other process has the data open, else shared; waits while another process is exclusive. */
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

/** Where no lock file can be created, nothing else can be written either. */
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
      // Only created here: once SQLite has it open, closing another descriptor would drop its locks.
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

  /** True: the lock is held, on the file that other processes find under that name. */
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
