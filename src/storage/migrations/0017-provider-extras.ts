import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/**
 * Abilities of models learned from refusals; messages that a provider's filter refused, which stay out of the context;
 * reasoning tokens and cost of steps.
 */
export async function providerExtras(db: Connection): Promise<void> {
  const statements = [
    sql`CREATE TABLE learned (
      base_url TEXT NOT NULL,
      model TEXT NOT NULL,
      abilities TEXT NOT NULL,
      learned_at TEXT NOT NULL,
      PRIMARY KEY (base_url, model)
    )`,
    sql`ALTER TABLE message ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0`,
    sql`CREATE INDEX message_hidden ON message (namespace, agent_id, seq) WHERE hidden = 1`,
    sql`ALTER TABLE step ADD COLUMN reasoning_tokens INTEGER NOT NULL DEFAULT 0`,
    sql`ALTER TABLE step ADD COLUMN cost DOUBLE PRECISION`,
  ]
  for (const statement of statements) await statement.execute(db)
}
