import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Passages that are hidden from a moment on. The index is of these alone, so that searches see at once if there are any. */
export async function expiry(db: Connection): Promise<void> {
  await sql`ALTER TABLE passage ADD COLUMN expires_at TEXT`.execute(db)
  await sql`CREATE INDEX passage_expiry ON passage (namespace, archive_id) WHERE expires_at IS NOT NULL`.execute(
    db,
  )
}
