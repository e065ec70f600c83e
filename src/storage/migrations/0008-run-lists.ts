import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Index of finished runs by status. Partial, so that no query for open runs ever scans it. */
export async function runLists(db: Connection): Promise<void> {
  await sql`CREATE INDEX run_over ON run (namespace, status, row)
    WHERE status IN ('completed', 'failed', 'cancelled')`.execute(db)
}
