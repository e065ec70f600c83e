import type DatabaseHandle from 'better-sqlite3'
import { TEXT_INDEXES, type TextIndex } from '../database/dialect.ts'
import { createRowNumbers } from './row-numbers.ts'
import { preparedOn } from './statements.ts'

/*
 * Reads FTS5's index from below: which entries contain a word, how often, and how long they are. FTS5's own bm25() uses
 * counts and average lengths over all namespaces, so the order in one would reveal something about the others.
 */

export interface Postings {
  /** Rows that contain the word, ascending, each repeated per occurrence. */
  rowsOf(word: string): readonly number[]
  /** Number of words of each of these rows. */
  lengthsOf(lists: readonly (readonly number[])[]): (row: number) => number
}

/** `db` may be a read-only connection. */
export function openPostings(db: DatabaseHandle.Database): Readonly<Record<TextIndex, Postings>> {
  const [passage, message] = TEXT_INDEXES.map((index) => postingsOf(db, index))
  if (!passage || !message) throw new Error('an index has no postings')
  return { passage, message }
}

/** Longer entries count as this long: lengths are cached in 2 bytes. */
const MAX_LENGTH = 65_535

// Each list arrives as one JSON text: SQLite produces that several times faster than rows.
function postingsOf(db: DatabaseHandle.Database, index: TextIndex): Postings {
  const prepare = preparedOn(db)
  db.exec(
    `CREATE VIRTUAL TABLE temp.${index}_posting USING fts5vocab('main', '${index}_words', 'instance')`,
  )
  // Reading lengths is most of the work, and they never change: a row keeps its words, and its number is never reused.
  // So they are cached, 2 bytes each.
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

/** Seven bits per byte. */
function readVarint(hex: string): number {
  let value = 0
  for (let at = 0; at < hex.length; at += 2) {
    value = value * 128 + (Number.parseInt(hex.slice(at, at + 2), 16) % 128)
  }
  return value
}
