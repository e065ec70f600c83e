import { type RawBuilder, sql } from 'kysely'
import {
  type Connection,
  TEXT_INDEXES,
  type TextEntry,
  type TextIndex,
  type TextSearch,
} from '../database/dialect.ts'
import { isLearned } from '../search/vocabulary.ts'
import { wordKey } from './word-keys.ts'

/*
 * A row per word of an entry with all that BM25 needs, so that entries are found and scored from one index.
 * PostgreSQL's ts_rank ignores how rare a word is, and is several times slower when any word may match. No counters are
 * maintained on insert, which would make writers wait for each other: document frequencies are counted at query time.
 */
export const postgresTextSearch: TextSearch = {
  keptWordsOnce: false,

  async create(db, index) {
    const table = wordTable(index)
    await sql`
      CREATE TABLE ${table} (
        word BIGINT NOT NULL, entry BIGINT NOT NULL, frequency SMALLINT NOT NULL, length SMALLINT NOT NULL,
        PRIMARY KEY (word, entry) INCLUDE (frequency, length)
      )`.execute(db)
    await sql`CREATE INDEX ${sql.ref(`${index}_words_entry`)} ON ${table} (entry)`.execute(db)
    // Index-only scans need the visibility map of a recent vacuum.
    await sql`ALTER TABLE ${table} SET (autovacuum_vacuum_insert_scale_factor = 0.05)`.execute(db)
  },

  async drop(db, index) {
    await sql`DROP TABLE ${wordTable(index)}`.execute(db)
  },

  async add(db, index, entries) {
    for (let start = 0; start < entries.length; start += ENTRIES_AT_ONCE) {
      const some = entries.slice(start, start + ENTRIES_AT_ONCE)
      await addAll(db, { passage: [], message: [], [index]: some })
    }
  },

  addAll,

  async remove(db, index, entries) {
    if (entries.length === 0) return
    const rows = entries.map(({ row }) => row)
    await sql`DELETE FROM ${wordTable(index)} WHERE entry = ANY(${rows}::bigint[])`.execute(db)
    await unlearn(db, index, entries)
  },

  async forget(db, scopes) {
    await db.deleteFrom('word').where('scope', 'in', scopes).execute()
  },
}

/** Entries per INSERT; a long text has some thousand words. Chosen by hand. */
const ENTRIES_AT_ONCE = 200
/** Range of SMALLINT; larger counts and lengths are cut to it. */
const MAX_COUNT = 32_767

export function wordTable(index: TextIndex) {
  return sql.table(`${index}_words`)
}

/** In one statement. */
async function addAll(
  db: Connection,
  entries: { readonly [Index in TextIndex]: readonly TextEntry[] },
): Promise<void> {
  const added = TEXT_INDEXES.flatMap((index) => postingsOf(index, entries[index]) ?? [])
  const learned = learning(TEXT_INDEXES.flatMap((index) => entries[index]))
  const all = [...added, ...(learned ? [learned] : [])]
  const last = all.pop()
  if (!last) return
  const before = all.map((one, place) => sql`${sql.id(`part_${place}`)} AS (${one})`)
  const first = before.length > 0 ? sql`WITH ${sql.join(before)}` : sql``
  await sql`${first} ${last}`.execute(db)
}

function postingsOf(
  index: TextIndex,
  entries: readonly TextEntry[],
): RawBuilder<unknown> | undefined {
  const keys = new Map<string, string>()
  const keyOf = (scope: string, word: string) => {
    const scoped = `${scope} ${word}`
    const key = keys.get(scoped) ?? wordKey(scope, word)
    keys.set(scoped, key)
    return key
  }
  const words: string[] = []
  const rows: number[] = []
  const frequencies: number[] = []
  const lengths: number[] = []
  for (const entry of entries) {
    const counts = new Map<string, number>()
    for (const word of entry.words) counts.set(word, (counts.get(word) ?? 0) + 1)
    for (const [word, count] of counts) {
      words.push(keyOf(entry.scope, word))
      rows.push(entry.row)
      frequencies.push(Math.min(count, MAX_COUNT))
      lengths.push(Math.min(entry.words.length, MAX_COUNT))
    }
  }
  if (words.length === 0) return undefined
  // In index order, so that each index page is read once.
  return sql`
    INSERT INTO ${wordTable(index)} (word, entry, frequency, length)
    SELECT * FROM unnest(${words}::bigint[], ${rows}::bigint[], ${frequencies}::smallint[], ${lengths}::smallint[])
    ORDER BY 1, 2`
}

/** Adds words to the vocabulary from which typos are corrected. */
function learning(entries: readonly TextEntry[]): RawBuilder<unknown> | undefined {
  const { scopes, words } = learnedWords(entries)
  if (words.length === 0) return undefined
  // In a fixed order, so that no two transactions deadlock.
  return sql`
    INSERT INTO word (scope, word) SELECT * FROM unnest(${scopes}::text[], ${words}::text[]) ORDER BY 1, 2
    ON CONFLICT DO NOTHING`
}

/** Removes words that no entry of their scope contains any more. */
async function unlearn(
  db: Connection,
  index: TextIndex,
  entries: readonly TextEntry[],
): Promise<void> {
  const { scopes, words } = learnedWords(entries)
  if (words.length === 0) return
  const keys = words.map((word, place) => wordKey(scopes[place] ?? '', word))
  await sql`
    DELETE FROM word USING unnest(${scopes}::text[], ${words}::text[], ${keys}::bigint[]) AS gone (scope, word, key)
    WHERE word.scope = gone.scope AND word.word = gone.word
      AND NOT EXISTS (SELECT 1 FROM ${wordTable(index)} AS held WHERE held.word = gone.key)`.execute(
    db,
  )
}

/** Distinct pairs of scope and word. */
function learnedWords(entries: readonly TextEntry[]) {
  const learned = new Map<string, readonly [scope: string, word: string]>()
  for (const { scope, words } of entries) {
    for (const word of words) if (isLearned(word)) learned.set(`${scope} ${word}`, [scope, word])
  }
  return {
    scopes: [...learned.values()].map(([scope]) => scope),
    words: [...learned.values()].map(([, word]) => word),
  }
}
