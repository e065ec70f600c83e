import { sql } from 'kysely'
import type { Connection, Dialect } from '../dialect.ts'

/** How far a set has come with entries that were there before it, why it is held up, and which cached vectors are old. */
export async function embeddingProgress(db: Connection, dialect: Dialect): Promise<void> {
  const statements = [
    sql`ALTER TABLE vector_set ADD COLUMN filled_to TEXT`,
    sql`ALTER TABLE vector_set ADD COLUMN paused_until TEXT NOT NULL DEFAULT ''`,
    sql`ALTER TABLE vector_set ADD COLUMN problem TEXT`,
    sql`DROP TABLE embedding_cache`,
    sql`CREATE TABLE embedding_cache (
      row ${dialect.rowNumber}, handle TEXT NOT NULL, digest TEXT NOT NULL, vector ${dialect.bytes} NOT NULL,
      UNIQUE (handle, digest)
    )`,
  ]
  for (const statement of statements) await statement.execute(db)
}
