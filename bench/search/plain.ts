import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { wordsOf } from '../shared/words.ts'

/** Keyword search as one writes it first: FTS5 over a table, all words of the question, its agents told by a join. */
export interface Plain {
  /** In one transaction. */
  insert(agent: number, texts: readonly string[]): void
  search(agent: number, question: string): readonly string[]
  /** By its number, counted from 1 in the order of insertion. */
  passage(number: number): { readonly agent: number; readonly text: string }
  close(): void
}

const LIMIT = 10

/** The database in `folder`, new or as it is. */
export function openPlain(folder: string): Plain {
  const db = new DatabaseHandle(join(folder, 'plain.db'))
  db.pragma('journal_mode = WAL')
  db.exec(`
    CREATE TABLE IF NOT EXISTS passage (
      id INTEGER PRIMARY KEY, agent INTEGER NOT NULL, text TEXT NOT NULL
    );
    CREATE VIRTUAL TABLE IF NOT EXISTS word USING fts5(
      text, content='passage', content_rowid='id', tokenize='unicode61'
    )`)
  const addPassage = db.prepare('INSERT INTO passage (agent, text) VALUES (?, ?)')
  const addWords = db.prepare('INSERT INTO word (rowid, text) VALUES (?, ?)')
  const search = db.prepare<[string, number], { readonly text: string }>(`
    SELECT passage.text FROM word JOIN passage ON passage.id = word.rowid
    WHERE word MATCH ? AND passage.agent = ? ORDER BY rank LIMIT ${LIMIT}`)
  const passage = db.prepare<[number], { readonly agent: number; readonly text: string }>(
    'SELECT agent, text FROM passage WHERE id = ?',
  )
  const insert = db.transaction((agent: number, texts: readonly string[]) => {
    for (const text of texts) addWords.run(addPassage.run(agent, text).lastInsertRowid, text)
  })

  return {
    insert,
    search(agent, question) {
      const match = wordsOf(question)
        .map((word) => `"${word}"`)
        .join(' OR ')
      return search.all(match, agent).map(({ text }) => text)
    },
    passage(number) {
      const found = passage.get(number)
      if (!found) throw new Error(`there is no passage ${number}`)
      return found
    },
    close: () => void db.close(),
  }
}
