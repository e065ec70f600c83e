import { sql } from 'kysely'
import type { Connection, Dialect } from '../database/dialect.ts'

/** Tools of users, their versions, the agents that have them, and the rights of those who start runs. */
export async function tools(db: Connection, { rowNumber }: Dialect): Promise<void> {
  const statements = [
    sql`CREATE TABLE tool (
      row ${rowNumber}, namespace TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
      definition TEXT NOT NULL, version INTEGER NOT NULL, author TEXT NOT NULL,
      created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
      UNIQUE (namespace, id),
      UNIQUE (namespace, name)
    )`,
    sql`CREATE TABLE tool_tag (
      namespace TEXT NOT NULL, tool_id TEXT NOT NULL, tag TEXT NOT NULL,
      PRIMARY KEY (namespace, tool_id, tag),
      FOREIGN KEY (namespace, tool_id) REFERENCES tool (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX tool_tag_tag ON tool_tag (namespace, tag)`,
    sql`CREATE TABLE tool_version (
      namespace TEXT NOT NULL, tool_id TEXT NOT NULL, version INTEGER NOT NULL, definition TEXT NOT NULL,
      at TEXT NOT NULL, author TEXT NOT NULL, run_id TEXT, call_id TEXT, reason TEXT,
      PRIMARY KEY (namespace, tool_id, version),
      FOREIGN KEY (namespace, tool_id) REFERENCES tool (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE TABLE agent_tool (
      namespace TEXT NOT NULL, agent_id TEXT NOT NULL, tool_id TEXT NOT NULL, approved TEXT,
      loaded INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (namespace, agent_id, tool_id),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE,
      FOREIGN KEY (namespace, tool_id) REFERENCES tool (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX agent_tool_tool ON agent_tool (namespace, tool_id)`,
    sql`ALTER TABLE run ADD COLUMN scopes TEXT`,
  ]
  for (const statement of statements) await statement.execute(db)
}
