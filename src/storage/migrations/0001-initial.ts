import { sql } from 'kysely'
import { type Connection, type Dialect, TEXT_INDEXES } from '../database/dialect.ts'

/** Keys and foreign keys include the namespace, so that no row can refer to another namespace. */
export async function initial(db: Connection, dialect: Dialect): Promise<void> {
  const row = dialect.rowNumber
  const statements = [
    sql`CREATE TABLE agent (
      row ${row}, namespace TEXT NOT NULL, id TEXT NOT NULL,
      name TEXT NOT NULL, description TEXT NOT NULL, agent_type TEXT NOT NULL, model TEXT, context_window INTEGER NOT NULL,
      system TEXT, tools TEXT NOT NULL, last_message INTEGER NOT NULL,
      created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
      UNIQUE (namespace, id)
    )`,
    sql`CREATE INDEX agent_name ON agent (namespace, name)`,
    sql`CREATE TABLE agent_tag (
      namespace TEXT NOT NULL, agent_id TEXT NOT NULL, tag TEXT NOT NULL, position INTEGER NOT NULL,
      PRIMARY KEY (namespace, agent_id, tag),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX agent_tag_tag ON agent_tag (namespace, tag)`,

    sql`CREATE TABLE block (
      namespace TEXT NOT NULL, id TEXT NOT NULL, label TEXT NOT NULL, value TEXT NOT NULL, description TEXT NOT NULL,
      value_limit INTEGER NOT NULL, read_only INTEGER NOT NULL, version INTEGER NOT NULL,
      created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
      PRIMARY KEY (namespace, id)
    )`,
    sql`CREATE TABLE agent_block (
      row ${row}, namespace TEXT NOT NULL, agent_id TEXT NOT NULL, label TEXT NOT NULL, block_id TEXT NOT NULL,
      attached_at TEXT NOT NULL,
      UNIQUE (namespace, agent_id, label),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE,
      FOREIGN KEY (namespace, block_id) REFERENCES block (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX agent_block_block ON agent_block (namespace, block_id)`,
    sql`CREATE TABLE block_version (
      namespace TEXT NOT NULL, block_id TEXT NOT NULL, version INTEGER NOT NULL, value TEXT NOT NULL,
      description TEXT NOT NULL, value_limit INTEGER NOT NULL, read_only INTEGER NOT NULL, at TEXT NOT NULL,
      author TEXT NOT NULL, agent_id TEXT, run_id TEXT, call_id TEXT, reason TEXT,
      PRIMARY KEY (namespace, block_id, version),
      FOREIGN KEY (namespace, block_id) REFERENCES block (namespace, id) ON DELETE CASCADE
    )`,

    sql`CREATE TABLE archive (
      namespace TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, created_at TEXT NOT NULL,
      PRIMARY KEY (namespace, id)
    )`,
    sql`CREATE TABLE agent_archive (
      namespace TEXT NOT NULL, agent_id TEXT NOT NULL, archive_id TEXT NOT NULL, is_default INTEGER NOT NULL,
      PRIMARY KEY (namespace, agent_id, archive_id),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE,
      FOREIGN KEY (namespace, archive_id) REFERENCES archive (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE UNIQUE INDEX agent_archive_default ON agent_archive (namespace, agent_id) WHERE is_default = 1`,
    sql`CREATE INDEX agent_archive_archive ON agent_archive (namespace, archive_id)`,
    sql`CREATE TABLE passage (
      row ${row}, namespace TEXT NOT NULL, id TEXT NOT NULL, archive_id TEXT NOT NULL, text TEXT NOT NULL,
      source TEXT NOT NULL, digest TEXT NOT NULL, created_at TEXT NOT NULL, inserted_at TEXT NOT NULL,
      UNIQUE (namespace, id),
      UNIQUE (namespace, archive_id, digest),
      FOREIGN KEY (namespace, archive_id) REFERENCES archive (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX passage_time ON passage (namespace, archive_id, created_at)`,
    sql`CREATE TABLE passage_tag (
      namespace TEXT NOT NULL, passage_id TEXT NOT NULL, tag TEXT NOT NULL,
      PRIMARY KEY (namespace, passage_id, tag),
      FOREIGN KEY (namespace, passage_id) REFERENCES passage (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX passage_tag_tag ON passage_tag (namespace, tag)`,

    sql`CREATE TABLE run (
      row ${row}, namespace TEXT NOT NULL, id TEXT NOT NULL, agent_id TEXT NOT NULL, accepted_by TEXT NOT NULL,
      status TEXT NOT NULL, stop_reason TEXT, input TEXT NOT NULL, idempotency_key TEXT, max_steps INTEGER NOT NULL,
      cancel_requested INTEGER NOT NULL, waiting_for TEXT, retry_at TEXT,
      error TEXT, warnings TEXT NOT NULL,
      created_at TEXT NOT NULL, started_at TEXT, completed_at TEXT,
      UNIQUE (namespace, id),
      UNIQUE (namespace, agent_id, idempotency_key),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX run_open ON run (namespace, agent_id, row)
      WHERE status IN ('queued', 'running', 'waiting', 'requires_approval')`,
    sql`CREATE TABLE lease (
      namespace TEXT NOT NULL, agent_id TEXT NOT NULL, owner TEXT NOT NULL, fence INTEGER NOT NULL,
      expires_at TEXT NOT NULL,
      PRIMARY KEY (namespace, agent_id),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE TABLE step (
      namespace TEXT NOT NULL, id TEXT NOT NULL, run_id TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL,
      attempts INTEGER NOT NULL, model TEXT, finish TEXT, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,
      total_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL, started_at TEXT NOT NULL, completed_at TEXT,
      PRIMARY KEY (namespace, id),
      UNIQUE (namespace, run_id, number),
      FOREIGN KEY (namespace, run_id) REFERENCES run (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE TABLE tool_call (
      namespace TEXT NOT NULL, id TEXT NOT NULL, step_id TEXT NOT NULL, call_index INTEGER NOT NULL, name TEXT NOT NULL,
      arguments TEXT NOT NULL, effect TEXT NOT NULL, state TEXT NOT NULL, status TEXT, attempts INTEGER NOT NULL,
      PRIMARY KEY (namespace, id),
      UNIQUE (namespace, step_id, call_index),
      FOREIGN KEY (namespace, step_id) REFERENCES step (namespace, id) ON DELETE CASCADE
    )`,

    sql`CREATE TABLE message (
      row ${row}, namespace TEXT NOT NULL, agent_id TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, run_id TEXT,
      role TEXT NOT NULL, text TEXT NOT NULL, body TEXT NOT NULL, tokens INTEGER NOT NULL, created_at TEXT NOT NULL,
      UNIQUE (namespace, agent_id, seq),
      UNIQUE (namespace, id),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX message_run ON message (namespace, run_id)`,
    sql`CREATE INDEX message_time ON message (namespace, agent_id, created_at)`,

    sql`CREATE TABLE event (
      seq ${row}, namespace TEXT NOT NULL, kind TEXT NOT NULL, subject_id TEXT NOT NULL, at TEXT NOT NULL
      ${dialect.changeOrder}
    )`,
  ]
  for (const statement of statements) await statement.execute(db)
  for (const index of TEXT_INDEXES) await dialect.textSearch.create(db, index)
}
