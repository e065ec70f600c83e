import { sql } from 'kysely'
import type { Connection, Dialect } from '../database/dialect.ts'

/** The id of an agent's default conversation, as `defaultConversation` derives it. */
const defaultOf = (column: string) => sql`'conv-' || substr(${sql.ref(column)}, 7)`

/**
 * Runs, leases, messages, summaries and the state of the context belong to a conversation; what there was is the
 * default conversation of its agent. Runs know the run that began them.
 */
export async function conversations(db: Connection, dialect: Dialect): Promise<void> {
  const statements = [
    sql`CREATE TABLE conversation (
      row ${dialect.rowNumber}, namespace TEXT NOT NULL, id TEXT NOT NULL, agent_id TEXT NOT NULL,
      title TEXT NOT NULL DEFAULT '', context_from INTEGER NOT NULL DEFAULT 1,
      pressure_told INTEGER NOT NULL DEFAULT 0, summaries_from INTEGER NOT NULL DEFAULT 1, created_at TEXT NOT NULL,
      UNIQUE (namespace, id),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX conversation_agent ON conversation (namespace, agent_id, row)`,
    sql`INSERT INTO conversation (namespace, id, agent_id, context_from, pressure_told, summaries_from, created_at)
      SELECT namespace, ${defaultOf('id')}, id, context_from, pressure_told, summaries_from, created_at
      FROM agent ORDER BY row`,
    sql`ALTER TABLE agent DROP COLUMN context_from`,
    sql`ALTER TABLE agent DROP COLUMN pressure_told`,
    sql`ALTER TABLE agent DROP COLUMN summaries_from`,
    sql`ALTER TABLE agent ADD COLUMN deleted_messages INTEGER NOT NULL DEFAULT 0`,

    sql`ALTER TABLE message ADD COLUMN conversation_id TEXT NOT NULL DEFAULT ''`,
    sql`UPDATE message SET conversation_id = ${defaultOf('agent_id')}`,
    sql`CREATE INDEX message_conversation ON message (namespace, conversation_id, seq)`,
    sql`ALTER TABLE summary ADD COLUMN conversation_id TEXT NOT NULL DEFAULT ''`,
    sql`UPDATE summary SET conversation_id = ${defaultOf('agent_id')}`,
    sql`DROP INDEX summary_agent`,
    sql`CREATE INDEX summary_conversation ON summary (namespace, conversation_id, row)`,

    sql`ALTER TABLE run ADD COLUMN conversation_id TEXT NOT NULL DEFAULT ''`,
    sql`ALTER TABLE run ADD COLUMN parent_run_id TEXT`,
    sql`ALTER TABLE run ADD COLUMN root_run_id TEXT NOT NULL DEFAULT ''`,
    sql`ALTER TABLE run ADD COLUMN depth INTEGER NOT NULL DEFAULT 0`,
    sql`ALTER TABLE run ADD COLUMN hops INTEGER NOT NULL DEFAULT 0`,
    sql`ALTER TABLE run ADD COLUMN sender TEXT NOT NULL DEFAULT 'user'`,
    sql`ALTER TABLE run ADD COLUMN sender_agent_id TEXT`,
    sql`UPDATE run SET conversation_id = ${defaultOf('agent_id')}, root_run_id = id`,
    sql`CREATE INDEX run_turn ON run (namespace, conversation_id, row)
      WHERE status IN ('queued', 'running', 'waiting', 'requires_approval')`,
    sql`CREATE INDEX run_root ON run (namespace, root_run_id) WHERE parent_run_id IS NOT NULL`,
    sql`CREATE INDEX run_parent ON run (namespace, parent_run_id) WHERE parent_run_id IS NOT NULL`,

    // A process of the older version can no longer write, so its leases mean nothing.
    sql`DROP TABLE lease`,
    sql`CREATE TABLE lease (
      namespace TEXT NOT NULL, conversation_id TEXT NOT NULL, owner TEXT NOT NULL, fence INTEGER NOT NULL,
      expires_at TEXT NOT NULL,
      PRIMARY KEY (namespace, conversation_id),
      FOREIGN KEY (namespace, conversation_id) REFERENCES conversation (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX lease_held ON lease (owner) WHERE owner <> ''`,
  ]
  for (const statement of statements) await statement.execute(db)
}
