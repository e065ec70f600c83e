import { sql } from 'kysely'
import type { TextIndex, TextMatch, TextSearch } from '../dialect.ts'

/*
 * FTS5, contentless: the text stands in the base table, the index holds only its words. The scope is a column of the
 * index rather than a join, which FTS5 would make after ranking everything. `detail` stays full: bm25() is silently 0
 * without positions.
 */
export const sqliteTextSearch: TextSearch = {
  async create(db, index) {
    await sql`
      CREATE VIRTUAL TABLE ${table(index)} USING fts5(
        scope, text, content='', contentless_delete=1,
        tokenize="porter unicode61 remove_diacritics 2 categories 'L* N* Co So'"
      )`.execute(db)
  },

  async add(db, index, entries) {
    for (const { row, scope, text } of entries) {
      await sql`INSERT INTO ${table(index)} (rowid, scope, text) VALUES (${row}, ${scopeToken(scope)}, ${text})`.execute(
        db,
      )
    }
  },

  async remove(db, index, rows) {
    for (const row of rows) await sql`DELETE FROM ${table(index)} WHERE rowid = ${row}`.execute(db)
  },

  matches(index, scopes, terms, limit) {
    const query = `scope : (${anyOf(scopes.map(scopeToken))}) AND text : (${anyOf(terms)})`
    // Ordering by bm25() keeps a top-N heap; ordering by FTS5's hidden `rank` column is nearly twice as slow.
    const best =
      limit === undefined
        ? sql``
        : sql`ORDER BY bm25(${table(index)}, 0, 1), rowid DESC LIMIT ${limit}`
    return sql<TextMatch>`(
      SELECT rowid AS row, -bm25(${table(index)}, 0, 1) AS score
      FROM ${table(index)} WHERE ${table(index)} MATCH ${query} ${best}
    )`
  },
}

function table(index: TextIndex) {
  return sql.table(`${index}_words`)
}

/** An id as one word of the tokenizer. */
function scopeToken(id: string): string {
  return id.replaceAll('-', '')
}

/** Terms hold no quotes (`searchTerms`), so quoting makes each of them a plain string to FTS5. */
function anyOf(terms: readonly string[]): string {
  return terms.map((term) => `"${term}"`).join(' OR ')
}
