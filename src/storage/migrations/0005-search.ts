import { sql } from 'kysely'
import { type Connection, type Dialect, TEXT_INDEXES } from '../database/dialect.ts'
import { indexMessages, indexPassages } from '../search/reindex.ts'

/** Passages get positions and supersession, archives can be shared, and tokenization moves out of the database. */
export async function search(db: Connection, dialect: Dialect): Promise<void> {
  const statements = [
    sql`ALTER TABLE archive ADD COLUMN description TEXT NOT NULL DEFAULT ''`,
    sql`ALTER TABLE archive ADD COLUMN passage_count INTEGER NOT NULL DEFAULT 0`,
    sql`ALTER TABLE passage ADD COLUMN position INTEGER NOT NULL DEFAULT 0`,
    sql`ALTER TABLE passage ADD COLUMN superseded_by TEXT`,
    sql`ALTER TABLE passage ADD COLUMN found_count INTEGER NOT NULL DEFAULT 0`,
    sql`ALTER TABLE passage ADD COLUMN last_found_at TEXT`,
    sql`UPDATE archive SET passage_count = (
      SELECT count(*) FROM passage
      WHERE passage.namespace = archive.namespace AND passage.archive_id = archive.id
    )`,
    sql`UPDATE passage SET position = place.number FROM (
      SELECT row, row_number() OVER (PARTITION BY namespace, archive_id, source ORDER BY row) AS number
      FROM passage WHERE source <> ''
    ) AS place WHERE place.row = passage.row`,
    sql`CREATE INDEX passage_place ON passage (namespace, archive_id, source, position) WHERE source <> ''`,
    sql`CREATE INDEX passage_superseded ON passage (namespace, superseded_by) WHERE superseded_by IS NOT NULL`,
    sql`CREATE TABLE word (scope TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (scope, word)) ${dialect.withoutRows}`,
  ]
  for (const statement of statements) await statement.execute(db)
  for (const index of TEXT_INDEXES) {
    await dialect.textSearch.drop(db, index)
    await dialect.textSearch.create(db, index)
  }
  await indexPassages(db, dialect)
  await indexMessages(db, dialect)
}
