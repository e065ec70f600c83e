import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Messages of coding assistants' sessions: searchable, never in the agent's own context. */
export async function hooks(db: Connection): Promise<void> {
  await sql`ALTER TABLE message ADD COLUMN elsewhere INTEGER NOT NULL DEFAULT 0`.execute(db)
}
