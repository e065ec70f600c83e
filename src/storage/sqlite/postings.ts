import type DatabaseHandle from 'better-sqlite3'
import { TEXT_INDEXES, type TextIndex } from '../dialect.ts'
import type { Fragment } from './entry-filter.ts'
import type { Prepare } from './statements.ts'

/*
 * What FTS5's index holds, read from below it: in which entries a word stands, how often, and how long they are. Its own
 * bm25() counts all entries there are and their average length, over all namespaces, so that the order in one would tell
 * of the others.
 */

export interface Postings {
  /** Rows in which the word stands, one after the other as often as it does. */
  rowsOf(word: string): readonly number[]
  /** In words, of those of the rows that pass. */
  lengths(rows: readonly number[], passing: Fragment): ReadonlyMap<number, number>
}

/** Once for a connection, which may be one that only reads. */
export function definePostings(db: DatabaseHandle.Database): void {
  for (const index of TEXT_INDEXES) {
    db.exec(
      `CREATE VIRTUAL TABLE temp.${index}_posting USING fts5vocab('main', '${index}_words', 'instance')`,
    )
  }
}

/** Lists come as one JSON text each: SQLite makes it several times as fast as it hands out rows. */
export function openPostings(prepare: Prepare, index: TextIndex): Postings {
  const list = (text: unknown) => JSON.parse(String(text))
  return {
    rowsOf: (word) =>
      list(
        prepare(`SELECT json_group_array(doc) FROM temp.${index}_posting WHERE term = ?`)
          .pluck()
          .get(word),
      ),

    lengths(rows, passing) {
      const [found, sizes] = prepare(
        `SELECT json_group_array(size.id), json_group_array(hex(size.sz)) FROM ${index}_words_docsize AS size
         WHERE size.id IN (SELECT value FROM json_each(?)) ${passing.sql}`,
      )
        .raw()
        .get(JSON.stringify(rows), ...passing.values) as [string, string]
      const lengths: readonly string[] = list(sizes)
      return new Map(
        (list(found) as number[]).map((row, place) => [row, lengthIn(lengths[place] ?? '')]),
      )
    },
  }
}

/** SQLite's varint: seven bits in each byte. */
function lengthIn(hex: string): number {
  let length = 0
  for (let at = 0; at < hex.length; at += 2) {
    length = length * 128 + (Number.parseInt(hex.slice(at, at + 2), 16) % 128)
  }
  return length
}
