import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Conversations that were handed to another agent. */
export async function routes(db: Connection): Promise<void> {
  await sql`CREATE TABLE route (
    namespace TEXT NOT NULL, conversation_id TEXT NOT NULL, agent_id TEXT NOT NULL, run_id TEXT NOT NULL,
    brief TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (namespace, conversation_id),
    FOREIGN KEY (namespace, conversation_id) REFERENCES conversation (namespace, id) ON DELETE CASCADE,
    FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
  )`.execute(db)
  await sql`CREATE INDEX route_agent ON route (namespace, agent_id)`.execute(db)
}
