import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Archives count their superseded and found passages. */
export async function archives(db: Connection): Promise<void> {
  await sql`ALTER TABLE archive ADD COLUMN superseded_count INTEGER NOT NULL DEFAULT 0`.execute(db)
  await sql`ALTER TABLE archive ADD COLUMN found_count INTEGER NOT NULL DEFAULT 0`.execute(db)
  await sql`UPDATE archive SET superseded_count = counted.superseded, found_count = counted.found FROM (
    SELECT namespace, archive_id,
      count(superseded_by) AS superseded, count(CASE WHEN found_count > 0 THEN 1 END) AS found
    FROM passage GROUP BY namespace, archive_id
  ) AS counted WHERE counted.namespace = archive.namespace AND counted.archive_id = archive.id`.execute(
    db,
  )
}
