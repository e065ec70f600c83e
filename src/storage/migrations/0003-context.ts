import { sql } from 'kysely'
import type { Connection, Dialect } from '../database/dialect.ts'

/** The context state, summaries and run settings of agents. */
export async function context(db: Connection, dialect: Dialect): Promise<void> {
  const statements = [
    sql`ALTER TABLE agent ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'`,
    sql`ALTER TABLE agent ADD COLUMN context_from INTEGER NOT NULL DEFAULT 1`,
    sql`ALTER TABLE agent ADD COLUMN token_ratio REAL NOT NULL DEFAULT 1`,
    sql`ALTER TABLE agent ADD COLUMN pressure_told INTEGER NOT NULL DEFAULT 0`,
    sql`ALTER TABLE agent ADD COLUMN summaries_from INTEGER NOT NULL DEFAULT 1`,
    sql`ALTER TABLE agent ADD COLUMN learned_window INTEGER`,
    sql`CREATE TABLE summary (
      row ${dialect.rowNumber}, namespace TEXT NOT NULL, id TEXT NOT NULL, agent_id TEXT NOT NULL,
      text TEXT NOT NULL, from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL, until TEXT NOT NULL,
      method TEXT NOT NULL, created_at TEXT NOT NULL,
      UNIQUE (namespace, id),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX summary_agent ON summary (namespace, agent_id, row)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
