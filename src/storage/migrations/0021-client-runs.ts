import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Runs that several messages begin, and tools that the sending client runs itself. */
export async function clientRuns(db: Connection): Promise<void> {
  for (const column of ['inputs', 'client_tools']) {
    await sql`ALTER TABLE run ADD COLUMN ${sql.ref(column)} TEXT`.execute(db)
  }
}
