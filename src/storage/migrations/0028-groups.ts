import { sql } from 'kysely'
import type { Connection, Dialect } from '../database/dialect.ts'

/** Groups of agents, and messages to agents at set times. */
export async function groups(db: Connection, { rowNumber }: Dialect): Promise<void> {
  const statements = [
    sql`CREATE TABLE agent_group (
      row ${rowNumber}, namespace TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, manager_id TEXT NOT NULL,
      max_turns INTEGER NOT NULL, created_at TEXT NOT NULL,
      UNIQUE (namespace, id),
      FOREIGN KEY (namespace, manager_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX agent_group_list ON agent_group (namespace, row)`,
    sql`CREATE INDEX agent_group_manager ON agent_group (namespace, manager_id)`,
    sql`CREATE TABLE agent_group_member (
      namespace TEXT NOT NULL, group_id TEXT NOT NULL, agent_id TEXT NOT NULL, position INTEGER NOT NULL,
      PRIMARY KEY (namespace, group_id, agent_id),
      FOREIGN KEY (namespace, group_id) REFERENCES agent_group (namespace, id) ON DELETE CASCADE,
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX agent_group_member_agent ON agent_group_member (namespace, agent_id)`,
    sql`CREATE TABLE schedule (
      row ${rowNumber}, namespace TEXT NOT NULL, id TEXT NOT NULL, agent_id TEXT NOT NULL, message TEXT NOT NULL,
      cron TEXT, timezone TEXT NOT NULL, next_at TEXT, last_at TEXT, last_run_id TEXT, error TEXT, scopes TEXT,
      created_at TEXT NOT NULL,
      UNIQUE (namespace, id),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX schedule_list ON schedule (namespace, row)`,
    sql`CREATE INDEX schedule_agent ON schedule (namespace, agent_id, row)`,
    sql`CREATE INDEX schedule_due ON schedule (next_at) WHERE next_at IS NOT NULL`,
  ]
  for (const statement of statements) await statement.execute(db)
}
