import { sql } from 'kysely'
import type { Connection, TextIndex } from '../database/dialect.ts'

/**
 * FTS5 tells the pages of a segment apart by signposts, prefixes of the first word of a page, in its table `_idx`. It
 * keeps them when the words are removed. Each that still shows a part of a removed word, and of no other, becomes the
 * next word there is: every page before the signpost ends before that word, and its own page begins with it or later.
 *
 * `removed` are the words of removed entries, with their scope. Other entries may still hold some of them.
 */
export async function eraseSignposts(
  db: Connection,
  index: TextIndex,
  removed: ReadonlySet<string>,
): Promise<void> {
  const signposts = sql.table(`${index}_words_idx`)
  const words = sql.table(`temp.${index}_word`)
  await sql`CREATE VIRTUAL TABLE IF NOT EXISTS ${words}
    USING fts5vocab('main', ${sql.lit(`${index}_words`)}, 'row')`.execute(db)
  // Opening it writes the removals of this transaction into the segments.
  await sql`SELECT term FROM ${words} LIMIT 1`.execute(db)
  // The first byte of a signpost tells the index of whole words from those of prefixes.
  const { rows } = await sql<{ segment: number; signpost: Uint8Array; next: string }>`
    WITH RECURSIVE
      segment(id) AS (
        SELECT min(segid) FROM ${signposts}
        UNION ALL
        SELECT (SELECT min(segid) FROM ${signposts} WHERE segid > segment.id) FROM segment
          WHERE segment.id IS NOT NULL
      ),
      removed(word) AS (
        SELECT CAST('0' || value AS BLOB) FROM json_each(${JSON.stringify([...removed])})
      ),
      before(segment, word, signpost) AS (
        SELECT segment.id, removed.word, (
          SELECT term FROM ${signposts} WHERE segid = segment.id AND term <= removed.word
            ORDER BY term DESC LIMIT 1
        ) FROM segment, removed WHERE segment.id IS NOT NULL
      ),
      shown(segment, signpost) AS (
        SELECT DISTINCT segment, signpost FROM before
          WHERE length(signpost) > 1 AND substr(word, 1, length(signpost)) = signpost
      ),
      following(segment, signpost, next) AS (
        SELECT segment, signpost, (
          SELECT term FROM ${words} WHERE term >= CAST(substr(signpost, 2) AS TEXT) LIMIT 1
        ) FROM shown
      )
    SELECT segment, signpost, next FROM following
      WHERE substr(CAST('0' || next AS BLOB), 1, length(signpost)) <> signpost`.execute(db)
  for (const { segment, signpost, next } of rows) {
    await sql`UPDATE ${signposts} SET term = CAST('0' || ${next} AS BLOB)
      WHERE segid = ${segment} AND term = ${signpost}`.execute(db)
  }
}
