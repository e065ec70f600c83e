import { sql } from 'kysely'
import type { Connection, Dialect } from '../database/dialect.ts'

/** One queue for long work. A batch of texts under way to an embedding model is a job, too: it has its lease. */
export async function jobs(db: Connection, dialect: Dialect): Promise<void> {
  const statements = [
    sql`CREATE TABLE job (
      row ${dialect.rowNumber}, namespace TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, agent_id TEXT,
      job_key TEXT NOT NULL, place TEXT NOT NULL, title TEXT NOT NULL, input TEXT NOT NULL, state TEXT,
      status TEXT NOT NULL, done INTEGER NOT NULL, total INTEGER, attempts INTEGER NOT NULL,
      retry_at TEXT NOT NULL, cancel_requested INTEGER NOT NULL,
      owner TEXT NOT NULL, fence INTEGER NOT NULL, expires_at TEXT NOT NULL,
      error TEXT, report TEXT, created_at TEXT NOT NULL, started_at TEXT, completed_at TEXT,
      UNIQUE (namespace, id),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX job_list ON job (namespace, row)`,
    sql`CREATE INDEX job_agent ON job (namespace, agent_id, row) WHERE agent_id IS NOT NULL`,
    sql`CREATE INDEX job_queue ON job (row) WHERE status IN ('queued', 'running', 'waiting')`,
    sql`CREATE UNIQUE INDEX job_open_key ON job (namespace, kind, job_key)
      WHERE job_key <> '' AND status IN ('queued', 'running', 'waiting')`,
    sql`ALTER TABLE embedding_task DROP COLUMN claimed_by`,
    sql`ALTER TABLE embedding_task RENAME COLUMN claimed_until TO retry_at`,
    sql`ALTER TABLE embedding_task ADD COLUMN job_row INTEGER REFERENCES job (row) ON DELETE SET NULL`,
    sql`UPDATE embedding_task SET retry_at = '' WHERE attempts = 0`,
    sql`CREATE INDEX embedding_task_job ON embedding_task (job_row) WHERE job_row IS NOT NULL`,
  ]
  for (const statement of statements) await statement.execute(db)
}
