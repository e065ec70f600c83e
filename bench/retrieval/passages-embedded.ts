import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import DatabaseHandle from 'better-sqlite3'

const PAUSE_MILLISECONDS = 100

/** Resolves when every passage in the database of `home` has its vector. */
export async function passagesEmbedded(home: string): Promise<void> {
  const database = new DatabaseHandle(join(home, 'recollect.db'), { readonly: true })
  const waiting = database
    .prepare(
      `SELECT count(*) FROM passage WHERE NOT EXISTS (
         SELECT 1 FROM vector JOIN vector_set ON vector_set.row = vector.set_row
         WHERE vector_set.kind = 'archive' AND vector.entry_row = passage.row
       )`,
    )
    .pluck()
  try {
    while (Number(waiting.get()) > 0) await sleep(PAUSE_MILLISECONDS)
  } finally {
    database.close()
  }
}
