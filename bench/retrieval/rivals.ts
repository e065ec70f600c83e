import DatabaseHandle from 'better-sqlite3'
import { contentWordsOf, wordsOf } from '../shared/words.ts'
import type { Turn } from './data-set.ts'
import { openMiniSearch, openOrama } from './peers.mjs'

/** Finds ids of turns, best first. */
export type Rival = (
  question: string,
  limit: number,
) => readonly string[] | Promise<readonly string[]>

/** Search methods of others, over the turns of one conversation, within this process. */
export const RIVALS: Readonly<Record<string, (turns: readonly Turn[]) => Rival | Promise<Rival>>> =
  {
    'FTS5 unicode61, all words': (turns) => fullText(turns, 'unicode61', wordsOf),
    'FTS5 porter, content words': (turns) => fullText(turns, 'porter unicode61', contentWordsOf),
    MiniSearch: openMiniSearch,
    Orama: openOrama,
    'substring, whole question': (turns) => (question, limit) =>
      containing(turns, question).slice(0, limit),
    'substring, rarest content word': (turns) => (question, limit) =>
      rarest(contentWordsOf(question).map((word) => containing(turns, word))).slice(0, limit),
  }

function fullText(
  turns: readonly Turn[],
  tokenizer: string,
  toWords: (question: string) => readonly string[],
): Rival {
  const db = new DatabaseHandle(':memory:')
  db.exec(`CREATE VIRTUAL TABLE turn USING fts5(text, tokenize='${tokenizer}')`)
  const insert = db.prepare('INSERT INTO turn (rowid, text) VALUES (?, ?)')
  turns.forEach(({ text }, index) => void insert.run(index + 1, text))
  const search = db.prepare<[string, number], { readonly rowid: number }>(
    'SELECT rowid FROM turn WHERE turn MATCH ? ORDER BY bm25(turn) LIMIT ?',
  )
  return (question, limit) => {
    const match = toWords(question)
      .map((word) => `"${word}"`)
      .join(' OR ')
    const rows = match === '' ? [] : search.all(match, limit)
    return rows.map(({ rowid }) => turns[rowid - 1]?.id ?? '')
  }
}

/** As `search_nodes` of the reference memory server looks for its whole query. */
function containing(turns: readonly Turn[], part: string): readonly string[] {
  const wanted = part.toLowerCase()
  return turns.filter(({ text }) => text.toLowerCase().includes(wanted)).map(({ id }) => id)
}

function rarest(lists: readonly (readonly string[])[]): readonly string[] {
  return lists.filter((list) => list.length > 0).sort((a, b) => a.length - b.length)[0] ?? []
}
