import type DatabaseHandle from 'better-sqlite3'
import { TEXT_INDEXES, type TextIndex } from '../database/dialect.ts'
import { createRowNumbers } from './row-numbers.ts'
import { preparedOn } from './statements.ts'

/*
 * What FTS5's index holds, read from below it: in which entries a word stands, how often, and how long they are. Its own
 * bm25() counts all entries there are and their average length, over all namespaces, so that the order in one would tell
 * of the others.
 */

export interface Postings {
  /** Rows in which the word stands, each as often as it does, one after the other. */
  rowsOf(word: string): readonly number[]
  /** How many words each of these rows has. */
  lengthsOf(lists: readonly (readonly number[])[]): (row: number) => number
}

/** Of a connection, which may be one that only reads. */
export function openPostings(db: DatabaseHandle.Database): Readonly<Record<TextIndex, Postings>> {
  const [passage, message] = TEXT_INDEXES.map((index) => postingsOf(db, index))
  if (!passage || !message) throw new Error('an index has no postings')
  return { passage, message }
}

/** Longer entries count as if they were as long. */
const MAX_LENGTH = 65_535

// Lists come as one JSON text each: SQLite makes it several times as fast as it hands out rows.
function postingsOf(db: DatabaseHandle.Database, index: TextIndex): Postings {
  const prepare = preparedOn(db)
  db.exec(
    `CREATE VIRTUAL TABLE temp.${index}_posting USING fts5vocab('main', '${index}_words', 'instance')`,
  )
  // To read them is most of the work, and they never change: a row has its words for good, and its number is never given
  // to another. Two bytes each.
  const known = createRowNumbers((length) => new Uint16Array(length))
  return {
    rowsOf(word) {
      const sql = `SELECT json_group_array(doc) FROM temp.${index}_posting WHERE term = ?`
      return JSON.parse(String(prepare(sql).pluck().get(word)))
    },

    lengthsOf(lists) {
      const missing: number[] = []
      for (const rows of lists) for (const row of rows) if (known.get(row) === 0) missing.push(row)
      if (missing.length > 0) {
        const found = prepare(
          `SELECT json_group_array(id), json_group_array(hex(sz)) FROM ${index}_words_docsize
           WHERE id IN (SELECT value FROM json_each(?))`,
        )
          .raw()
          .get(JSON.stringify(missing)) as [string, string]
        const [ids, sizes]: [number[], string[]] = [JSON.parse(found[0]), JSON.parse(found[1])]
        for (const [place, row] of ids.entries()) {
          known.set(row, Math.min(MAX_LENGTH, readVarint(sizes[place] ?? '')))
        }
      }
      return known.get
    },
  }
}

/** Seven bits in each byte. */
function readVarint(hex: string): number {
  let value = 0
  for (let at = 0; at < hex.length; at += 2) {
    value = value * 128 + (Number.parseInt(hex.slice(at, at + 2), 16) % 128)
  }
  return value
}
