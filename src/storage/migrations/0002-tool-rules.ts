import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Agents get tool rules, and calls can wait for approval. */
export async function toolRules(db: Connection): Promise<void> {
  await sql`ALTER TABLE agent ADD COLUMN tool_rules TEXT NOT NULL DEFAULT '[]'`.execute(db)
  await sql`ALTER TABLE run ADD COLUMN paused_at TEXT`.execute(db)
  await sql`ALTER TABLE tool_call ADD COLUMN approval TEXT`.execute(db)
  await sql`ALTER TABLE tool_call ADD COLUMN approval_reason TEXT`.execute(db)
}
