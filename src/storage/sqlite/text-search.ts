import { sql } from 'kysely'
import type { Connection, TextEntry, TextIndex, TextSearch } from '../database/dialect.ts'
import { scopedWord } from '../search/search-scope.ts'
import { isLearned } from '../search/vocabulary.ts'

/*
 * FTS5, contentless: the text stands in the base table, the index holds only its words, each with its scope. They are
 * made by us and parted by spaces; to the tokenizer `ascii` all that is not ASCII belongs to a word. `detail` stays full:
 * bm25() is silently 0 without positions. With `secure-delete` the words of what is removed are taken out of its pages,
 * for which they have to be given again just as they were added.
 */
export const sqliteTextSearch: TextSearch = {
  keptWordsOnce: true,

  async create(db, index) {
    await sql`
      CREATE VIRTUAL TABLE ${table(index)} USING fts5(words, content='', tokenize='ascii')`.execute(
      db,
    )
    await setSecureDelete(db, index, 1)
  },

  async drop(db, index) {
    await sql`DROP TABLE ${table(index)}`.execute(db)
  },

  async add(db, index, entries) {
    if (entries.length === 0) return
    await sql`INSERT INTO ${table(index)} (rowid, words)
      SELECT value ->> 0, value ->> 1 FROM json_each(${asJson(entries)})`.execute(db)
    for (const [scope, words] of learnedWords(entries)) {
      await sql`INSERT OR IGNORE INTO word SELECT ${scope}, value FROM json_each(${JSON.stringify([...words])})`.execute(
        db,
      )
    }
  },

  async remove(db, index, entries) {
    if (entries.length === 0) return
    const words = entries.reduce((total, entry) => total + entry.words.length, 0)
    const many = words > MANY_WORDS
    if (many) await setSecureDelete(db, index, 0)
    await sql`INSERT INTO ${table(index)} (${table(index)}, rowid, words)
      SELECT 'delete', value ->> 0, value ->> 1 FROM json_each(${asJson(entries)})`.execute(db)
    if (many) await setSecureDelete(db, index, 1)
    if (many || (await isSignpost(db, index, entries))) await writeAnew(db, index)
    await unlearn(db, index, entries)
  },

  async forget(db, scopes) {
    await db.deleteFrom('word').where('scope', 'in', scopes).execute()
  },
}

function table(index: TextIndex) {
  return sql.table(`${index}_words`)
}

/** To take a word out of its page takes some hundred times as long as to write it again. */
const MANY_WORDS = 20_000
/** Pages of an index that is written anew only to be rid of one word: 32 MB, a third of a second. */
const FEW_PAGES = 8_000

/** Row and words, as one text each. */
function asJson(entries: readonly TextEntry[]): string {
  return JSON.stringify(
    entries.map(({ row, scope, words }) => [
      row,
      words.map((word) => scopedWord(scope, word)).join(' '),
    ]),
  )
}

function learnedWords(entries: readonly TextEntry[]): ReadonlyMap<string, ReadonlySet<string>> {
  const learned = new Map<string, Set<string>>()
  for (const { scope, words } of entries) {
    const ofScope = learned.get(scope) ?? new Set()
    learned.set(scope, ofScope)
    for (const word of words) if (isLearned(word)) ofScope.add(word)
  }
  return learned
}

async function setSecureDelete(db: Connection, index: TextIndex, on: 0 | 1): Promise<void> {
  await sql`INSERT INTO ${table(index)} (${table(index)}, rank) VALUES ('secure-delete', ${sql.lit(on)})`.execute(
    db,
  )
}

/** Into one piece, without what was removed. */
async function writeAnew(db: Connection, index: TextIndex): Promise<void> {
  await sql`INSERT INTO ${table(index)} (${table(index)}) VALUES ('optimize')`.execute(db)
}

/** FTS5 tells its pages apart by their first words, as much of them as that takes, and keeps these when a word goes. */
async function isSignpost(
  db: Connection,
  index: TextIndex,
  entries: readonly TextEntry[],
): Promise<boolean> {
  const removed = new Set(
    entries.flatMap(({ scope, words }) => words.map((word) => scopedWord(scope, word))),
  )
  // The first byte of a key tells the index of prefixes from that of words.
  const { rows } = await sql<{ pages: number; found: number }>`
    SELECT count(*) AS pages,
      coalesce(sum(CAST(substr(term, 2) AS TEXT) IN (SELECT value FROM json_each(${JSON.stringify([...removed])}))), 0) AS found
    FROM ${sql.table(`${index}_words_idx`)}`.execute(db)
  const [idx] = rows
  return idx !== undefined && idx.found > 0 && idx.pages <= FEW_PAGES
}

async function unlearn(
  db: Connection,
  index: TextIndex,
  entries: readonly TextEntry[],
): Promise<void> {
  for (const [scope, words] of learnedWords(entries)) {
    await sql`DELETE FROM word
      WHERE scope = ${scope} AND word IN (SELECT value FROM json_each(${JSON.stringify([...words])}))
      AND NOT EXISTS (
        SELECT 1 FROM ${table(index)} WHERE ${table(index)} MATCH '"' || ${scopedWord(scope, '')} || word.word || '"'
      )`.execute(db)
  }
}
