import { sql } from 'kysely'
import type { Connection, Dialect } from '../dialect.ts'

/**
 * Vectors belong to a set: all entries of an archive (its passages) or of an agent (its messages), embedded by one model.
 * An owner has two sets while a new model takes the place of an old one.
 */
export async function embeddings(db: Connection, dialect: Dialect): Promise<void> {
  const row = dialect.rowNumber
  const statements = [
    sql`ALTER TABLE agent ADD COLUMN embedding TEXT`,
    sql`CREATE TABLE vector_set (
      row ${row}, namespace TEXT NOT NULL, kind TEXT NOT NULL, owner_id TEXT NOT NULL, handle TEXT NOT NULL,
      dimension INTEGER, state TEXT NOT NULL, created_at TEXT NOT NULL,
      filled_to TEXT, paused_until TEXT NOT NULL DEFAULT '', problem TEXT,
      UNIQUE (namespace, kind, owner_id, handle)
    )`,
    sql`CREATE TABLE vector (
      row ${row}, set_row INTEGER NOT NULL, entry_row INTEGER NOT NULL, vector ${dialect.bytes} NOT NULL,
      UNIQUE (set_row, entry_row),
      FOREIGN KEY (set_row) REFERENCES vector_set (row) ON DELETE CASCADE
    )`,
    sql`CREATE UNIQUE INDEX vector_set_row ON vector (set_row, row)`,
    sql`CREATE TABLE vector_code (
      row INTEGER PRIMARY KEY, set_row INTEGER NOT NULL, entry_row INTEGER NOT NULL, code ${dialect.bytes} NOT NULL,
      FOREIGN KEY (row) REFERENCES vector (row) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX vector_code_set ON vector_code (set_row, row)`,
    sql`CREATE TABLE vector_middle (
      set_row INTEGER PRIMARY KEY, vector ${dialect.bytes} NOT NULL,
      FOREIGN KEY (set_row) REFERENCES vector_set (row) ON DELETE CASCADE
    )`,
    sql`CREATE TABLE vector_bits (
      set_row INTEGER NOT NULL, row INTEGER NOT NULL, entry_row INTEGER NOT NULL, code ${dialect.bytes} NOT NULL,
      PRIMARY KEY (set_row, row),
      FOREIGN KEY (set_row, row) REFERENCES vector (set_row, row) ON DELETE CASCADE
    ) ${dialect.withoutRows}`,
    sql`CREATE TABLE vector_gone (
      row ${row}, set_row INTEGER NOT NULL, entry_row INTEGER NOT NULL,
      FOREIGN KEY (set_row) REFERENCES vector_set (row) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX vector_gone_set ON vector_gone (set_row, row)`,
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
  for (const statement of statements) await statement.execute(db)
}
