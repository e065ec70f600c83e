import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Runs that wait for runs of other agents, and whom the end of a run is told to. */
export async function teams(db: Connection): Promise<void> {
  const statements = [
    sql`CREATE TABLE run_wait (
      namespace TEXT NOT NULL, call_id TEXT NOT NULL, target_run_id TEXT NOT NULL, position INTEGER NOT NULL,
      run_id TEXT NOT NULL, until TEXT NOT NULL, settled INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (namespace, call_id, target_run_id),
      FOREIGN KEY (namespace, run_id) REFERENCES run (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX run_wait_run ON run_wait (namespace, run_id)`,
    sql`CREATE INDEX run_wait_target ON run_wait (namespace, target_run_id)`,
    sql`ALTER TABLE run ADD COLUMN notice TEXT NOT NULL DEFAULT 'none'`,
    sql`CREATE INDEX run_task ON run (namespace, sender_agent_id, row) WHERE notice <> 'none'`,
    sql`ALTER TABLE tool_call ADD COLUMN note TEXT`,
  ]
  for (const statement of statements) await statement.execute(db)
}
