import { sql } from 'kysely'
import type { TextIndex, TextSearch } from '../database/dialect.ts'
import { scopedWord } from '../search/search-scope.ts'
import { isLearned } from '../search/vocabulary.ts'

/*
 * FTS5, contentless: the text stands in the base table, the index holds only its words, each with its scope. They are
 * made by us and parted by spaces; to the tokenizer `ascii` all that is not ASCII belongs to a word. `detail` stays full:
 * bm25() is silently 0 without positions.
 */
export const sqliteTextSearch: TextSearch = {
  async create(db, index) {
    await sql`
      CREATE VIRTUAL TABLE ${table(index)} USING fts5(
        words, content='', contentless_delete=1, tokenize='ascii'
      )`.execute(db)
  },

  async drop(db, index) {
    await sql`DROP TABLE ${table(index)}`.execute(db)
  },

  async add(db, index, entries) {
    if (entries.length === 0) return
    const rows = entries.map(({ row, scope, words }) => [
      row,
      words.map((word) => scopedWord(scope, word)).join(' '),
    ])
    await sql`INSERT INTO ${table(index)} (rowid, words)
      SELECT value ->> 0, value ->> 1 FROM json_each(${JSON.stringify(rows)})`.execute(db)
    const learned = new Map<string, Set<string>>()
    for (const { scope, words } of entries) {
      const ofScope = learned.get(scope) ?? new Set()
      learned.set(scope, ofScope)
      for (const word of words) if (isLearned(word)) ofScope.add(word)
    }
    for (const [scope, words] of learned) {
      await sql`INSERT OR IGNORE INTO word SELECT ${scope}, value FROM json_each(${JSON.stringify([...words])})`.execute(
        db,
      )
    }
  },

  async remove(db, index, rows) {
    for (const row of rows) await sql`DELETE FROM ${table(index)} WHERE rowid = ${row}`.execute(db)
  },

  async forget(db, scopes) {
    await db.deleteFrom('word').where('scope', 'in', scopes).execute()
  },
}

function table(index: TextIndex) {
  return sql.table(`${index}_words`)
}
