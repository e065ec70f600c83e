import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'

/** Chosen by hand. */
const AGAIN_MILLISECONDS = 1_000

export interface Eraser {
  /** A dialect that reports deletions. */
  readonly dialect: Dialect
  /** Call it after each commit. */
  committed(): void
  stop(): void
}

/** Deleted content is overwritten in the file, but remains in the -wal until a checkpoint, which readers delay. */
export function createEraser(writer: Kysely<Database>, dialect: Dialect): Eraser {
  let isDue = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  async function empty(): Promise<void> {
    isDue = false
    const done = await sql<{ busy: number }>`PRAGMA wal_checkpoint(TRUNCATE)`
      .execute(writer)
      .then(({ rows }) => rows[0]?.busy === 0)
      // A full disk, for example. Retried as long as this process lives.
      .catch(() => false)
    if (done || stopped) return
    timer = setTimeout(() => void empty(), AGAIN_MILLISECONDS)
    timer.unref()
  }

  return {
    dialect: {
      ...dialect,
      textSearch: {
        ...dialect.textSearch,
        remove(...removed) {
          isDue = true
          return dialect.textSearch.remove(...removed)
        },
      },
    },
    committed() {
      if (isDue && !stopped) void empty()
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
