import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Agents that work for another one in the background, how far they have come, and what models cost by day. */
export async function companions(db: Connection): Promise<void> {
  const statements = [
    sql`CREATE TABLE companion (
      namespace TEXT NOT NULL, agent_id TEXT NOT NULL, owner_id TEXT NOT NULL,
      PRIMARY KEY (namespace, agent_id),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE,
      FOREIGN KEY (namespace, owner_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX companion_owner ON companion (namespace, owner_id)`,
    sql`CREATE TABLE sleeptime (
      namespace TEXT NOT NULL, agent_id TEXT NOT NULL, companion_id TEXT NOT NULL, enabled INTEGER NOT NULL,
      every_turns INTEGER NOT NULL, model TEXT, notes INTEGER NOT NULL, done_to INTEGER NOT NULL, passages_to INTEGER NOT NULL,
      window_run_id TEXT, window_to INTEGER, window_passages_to INTEGER,
      PRIMARY KEY (namespace, agent_id),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE,
      FOREIGN KEY (namespace, companion_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX sleeptime_companion ON sleeptime (namespace, companion_id)`,
    sql`CREATE TABLE token_use (
      namespace TEXT NOT NULL, day TEXT NOT NULL, purpose TEXT NOT NULL, part INTEGER NOT NULL,
      prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, total_tokens INTEGER NOT NULL,
      PRIMARY KEY (namespace, day, purpose, part)
    )`,
    sql`ALTER TABLE run ADD COLUMN job_id TEXT`,
    sql`CREATE INDEX run_job ON run (namespace, job_id) WHERE job_id IS NOT NULL`,
  ]
  for (const statement of statements) await statement.execute(db)
}
