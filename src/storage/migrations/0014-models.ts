import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/**
 * Agents remember the last real model that ran them, runs can wait for a model, model servers found without being
 * configured are remembered, and held leases, which are read every second, get an index.
 */
export async function models(db: Connection): Promise<void> {
  const statements = [
    sql`ALTER TABLE agent ADD COLUMN ran_on TEXT`,
    sql`UPDATE agent SET ran_on = (
      SELECT step.model FROM run JOIN step ON step.namespace = run.namespace AND step.run_id = run.id
      WHERE run.namespace = agent.namespace AND run.agent_id = agent.id
        AND step.model IS NOT NULL AND step.model <> 'offline/rehearsal'
      ORDER BY run.row DESC, step.number DESC LIMIT 1
    )`,
    sql`ALTER TABLE run ADD COLUMN missing TEXT`,
    sql`CREATE TABLE endpoint (base_url TEXT NOT NULL, answered_at TEXT NOT NULL, PRIMARY KEY (base_url))`,
    sql`CREATE INDEX lease_held ON lease (owner) WHERE owner <> ''`,
  ]
  for (const statement of statements) await statement.execute(db)
}
