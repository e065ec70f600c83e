import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import type { Migration } from '../../src/storage/migrations/index.ts'
import type { Storage } from '../../src/storage/port/store.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { madeUp } from './made-up-migrations.ts'

/** A directory for one test, in which it opens what it likes; all of it goes at the end. */
export interface Workplace {
  readonly directory: string
  /** Where `open` opens unless told otherwise; its directory does not exist at first. */
  readonly path: string
  open(migrations?: readonly Migration[], file?: string): Promise<Storage>
  clear(): Promise<void>
}

export async function createWorkplace(): Promise<Workplace> {
  const directory = await mkdtemp(join(tmpdir(), 'recollect-sqlite-'))
  const path = join(directory, 'data', 'recollect.db')
  const opened: Storage[] = []
  return {
    directory,
    path,
    async open(migrations = madeUp('as they are'), file = path) {
      const storage = await openSqlite(file, migrations)
      opened.push(storage)
      return storage
    },
    async clear() {
      for (const storage of opened) await storage.close()
      await rm(directory, { recursive: true })
    },
  }
}

/** Looks at a file with a connection of its own. */
export function look<T>(file: string, read: (handle: DatabaseHandle.Database) => T): T {
  const handle = new DatabaseHandle(file)
  try {
    return read(handle)
  } finally {
    handle.close()
  }
}

/** The first value that a query gives. */
export function readValue(file: string, query: string): unknown {
  return look(file, (handle) => handle.prepare(query).pluck().get())
}
