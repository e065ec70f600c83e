import { sql } from 'kysely'
import type { Connection, Dialect } from '../database/dialect.ts'

/**
 * A vector set holds all entries of an archive (its passages) or agent (its messages) under one embedding model. While
 * a model replaces another, an owner has two sets.
 */
export async function embeddings(db: Connection, dialect: Dialect): Promise<void> {
  const row = dialect.rowNumber
  const sets = [
    sql`ALTER TABLE agent ADD COLUMN embedding TEXT`,
    sql`CREATE TABLE vector_set (
      row ${row}, namespace TEXT NOT NULL, kind TEXT NOT NULL, owner_id TEXT NOT NULL, handle TEXT NOT NULL,
      dimension INTEGER, state TEXT NOT NULL, created_at TEXT NOT NULL,
      filled_to TEXT, paused_until TEXT NOT NULL DEFAULT '', problem TEXT,
      UNIQUE (namespace, kind, owner_id, handle)
    )`,
  ]
  for (const statement of sets) await statement.execute(db)
  await dialect.vectors.create(db)
  const tasks = [
    sql`CREATE TABLE embedding_task (
      row ${row}, set_row INTEGER NOT NULL, entry_row INTEGER NOT NULL, claimed_by TEXT NOT NULL,
      claimed_until TEXT NOT NULL, attempts INTEGER NOT NULL, problem TEXT,
      UNIQUE (set_row, entry_row),
      FOREIGN KEY (set_row) REFERENCES vector_set (row) ON DELETE CASCADE
    )`,
    sql`CREATE TABLE embedding_cache (
      row ${row}, handle TEXT NOT NULL, digest TEXT NOT NULL, vector ${dialect.bytes} NOT NULL,
      UNIQUE (handle, digest)
    )`,
  ]
  for (const statement of tasks) await statement.execute(db)
}
