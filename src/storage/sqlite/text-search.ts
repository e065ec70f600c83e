import { sql } from 'kysely'
import { compilable, compiled } from '../database/compiled.ts'
import {
  type Connection,
  TEXT_INDEXES,
  type TextEntry,
  type TextIndex,
  type TextSearch,
} from '../database/dialect.ts'
import { scopedWord } from '../search/search-scope.ts'
import { isLearned } from '../search/vocabulary.ts'
import { eraseSignposts } from './erase-signposts.ts'
import type { KnownWords } from './known-words.ts'

/*
 * Contentless FTS5: the text stays in the base table, the index has only the words, each with its scope. Tokenization
 * is ours, with words separated by spaces; for the tokenizer `ascii`, every non-ASCII character belongs to a word.
 * `detail` must be full: without positions bm25() is silently 0. With `secure-delete`, removing an entry erases its
 * words, which must be given exactly as they were added.
 */
/** `known`: words for which no statement is made; absent: none. */
export function createTextSearch(known?: KnownWords): TextSearch {
  async function addAll(
    db: Connection,
    entries: { readonly [Index in TextIndex]: readonly TextEntry[] },
  ): Promise<void> {
    for (const index of TEXT_INDEXES) {
      if (entries[index].length > 0)
        await insertEntries[index](db, { entries: asJson(entries[index]) })
    }
    const learned = [...learnedWords(TEXT_INDEXES.flatMap((index) => entries[index]))]
      .flatMap(([scope, words]) => [...words].map((word) => [scope, word] as const))
      .filter(([scope, word]) => !known?.has(scope, word))
    if (learned.length === 0) return
    await insertWords(db, { learned: JSON.stringify(learned) })
    known?.learn(learned)
  }

  return {
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
      await addAll(db, { passage: [], message: [], [index]: entries })
    },

    addAll,

    async remove(db, index, entries) {
      if (entries.length === 0) return
      const words = entries.reduce((total, entry) => total + entry.words.length, 0)
      const many = words > MANY_WORDS
      if (many) await setSecureDelete(db, index, 0)
      await sql`INSERT INTO ${table(index)} (${table(index)}, rowid, words)
      SELECT 'delete', value ->> 0, value ->> 1 FROM json_each(${asJson(entries)})`.execute(db)
      if (many) await setSecureDelete(db, index, 1)
      if (many) await writeAnew(db, index)
      else await eraseSignposts(db, index, scopedWords(entries))
      await unlearn(db, index, entries)
      known?.clear()
    },

    async forget(db, scopes) {
      known?.clear()
      await db.deleteFrom('word').where('scope', 'in', scopes).execute()
    },
  }
}

const insertWords = compiled((db, { learned }: { readonly learned: string }) =>
  compilable(
    db,
    sql`INSERT OR IGNORE INTO word SELECT value ->> 0, value ->> 1 FROM json_each(${learned})`,
  ),
)

const insertEntries = { passage: entryInsertion('passage'), message: entryInsertion('message') }

function entryInsertion(index: TextIndex) {
  return compiled((db, { entries }: { readonly entries: string }) =>
    compilable(
      db,
      sql`INSERT INTO ${table(index)} (rowid, words)
        SELECT value ->> 0, value ->> 1 FROM json_each(${entries})`,
    ),
  )
}

function table(index: TextIndex) {
  return sql.table(`${index}_words`)
}

/**
 * Removing a word from its page takes about a hundred times as long as writing it, so above this number of words the
 * index is rebuilt. Chosen by hand.
 */
const MANY_WORDS = 20_000

/** Rows and words as one JSON text. */
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
    // Most words come again and again.
    for (const word of new Set(words)) if (isLearned(word)) ofScope.add(word)
  }
  return learned
}

async function setSecureDelete(db: Connection, index: TextIndex, on: 0 | 1): Promise<void> {
  await sql`INSERT INTO ${table(index)} (${table(index)}, rank) VALUES ('secure-delete', ${sql.lit(on)})`.execute(
    db,
  )
}

/** Merges the index into one segment, without removed words. */
async function writeAnew(db: Connection, index: TextIndex): Promise<void> {
  await sql`INSERT INTO ${table(index)} (${table(index)}) VALUES ('optimize')`.execute(db)
}

function scopedWords(entries: readonly TextEntry[]): ReadonlySet<string> {
  return new Set(
    entries.flatMap(({ scope, words }) => words.map((word) => scopedWord(scope, word))),
  )
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
