import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Blocks formerly attached to an agent. */
export async function blockHistory(db: Connection): Promise<void> {
  await sql`CREATE TABLE past_attachment (
    namespace TEXT NOT NULL, attachment INTEGER NOT NULL, agent_id TEXT NOT NULL, block_id TEXT NOT NULL,
    attached_at TEXT NOT NULL, detached_at TEXT NOT NULL,
    PRIMARY KEY (namespace, attachment),
    FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE,
    FOREIGN KEY (namespace, block_id) REFERENCES block (namespace, id) ON DELETE CASCADE
  )`.execute(db)
  await sql`CREATE INDEX past_attachment_agent ON past_attachment (namespace, agent_id)`.execute(db)
  await sql`CREATE INDEX past_attachment_block ON past_attachment (namespace, block_id)`.execute(db)
}
