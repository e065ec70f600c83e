import type DatabaseHandle from 'better-sqlite3'
import { type Candidate, NEIGHBOURS } from '../../search/rank.ts'
import type { WordIndex } from '../../search/ranked-search.ts'
import type { RankedRequest } from '../ranked-search.ts'
import { scopedWord } from '../search-scope.ts'
import { type Bound, type Fragment, passesWhole } from './entry-filter.ts'
import {
  type Entry,
  type EntryTable,
  messageTable,
  passageTable,
  type Run,
} from './entry-tables.ts'
import { preparedOn } from './statements.ts'

/** The entries of a request in FTS5's index. Better-sqlite3 is synchronous, so this belongs into a thread of its own. */
export function openWordIndex(db: DatabaseHandle.Database, request: RankedRequest): WordIndex {
  const { index, namespace, filter, upTo } = request
  const prepare = preparedOn(db)
  const run: Run = (sql, values) => prepare(sql).all(...values) as never
  const table =
    index === 'passage'
      ? passageTable(run, namespace, filter)
      : messageTable(run, namespace, filter)
  const words = `${index}_words`
  const match = (stems: readonly string[]) =>
    anyOf(filter.scopes.flatMap((scope) => stems.map((stem) => scopedWord(scope, stem))))
  const upToRow = upTo ?? Number.MAX_SAFE_INTEGER
  // A scalar subquery, as SQLite makes a join of EXISTS, and asks FTS5 for one row at a time then.
  const passing: Fragment = table.passes
    ? {
        sql: `AND (SELECT 1 FROM ${index} AS entry WHERE entry.row = ${words}.rowid AND ${table.passes.sql}) IS NOT NULL`,
        values: table.passes.values,
      }
    : { sql: '', values: [] }

  function entries(rows: readonly number[]): readonly Entry[] {
    return run<Entry>(
      `SELECT ${table.columns}, 1 AS passes FROM ${index} AS entry
       WHERE row IN (SELECT value FROM json_each(?))`,
      [JSON.stringify(rows)],
    )
  }

  function vocabulary(condition: string, values: readonly Bound[]): readonly string[] {
    const rows = filter.scopes.flatMap((scope) =>
      run<{ word: string }>(`SELECT word FROM word WHERE scope = ? AND ${condition}`, [
        scope,
        ...values,
      ]),
    )
    return [...new Set(rows.map(({ word }) => word))]
  }

  return {
    size: () => table.size(filter.owners),

    frequency(stems) {
      const [found] = run<{ count: number }>(
        `SELECT count(*) AS count FROM ${words} WHERE ${words} MATCH ?`,
        [match(stems)],
      )
      return found?.count ?? 0
    },

    wordsLike(stem, most) {
      // Few people get the first letter wrong.
      const initial = stem.slice(0, 1)
      return vocabulary('word >= ? AND word < ? AND length(word) BETWEEN ? AND ?', [
        initial,
        after(initial),
        stem.length - most,
        stem.length + most,
      ])
    },

    wordsWith(stem) {
      return vocabulary('(instr(word, ?) > 0 OR word IN (SELECT value FROM json_each(?)))', [
        stem,
        JSON.stringify(partsOf(stem)),
      ])
    },

    best(stems, limit) {
      // Ordering by bm25() keeps a top-N heap; ordering by FTS5's hidden `rank` column is nearly twice as slow.
      return run(
        `SELECT rowid AS row, -bm25(${words}) AS score FROM ${words}
         WHERE ${words} MATCH ? AND rowid <= ? ${passing.sql}
         ORDER BY bm25(${words}), rowid DESC LIMIT ?`,
        [match(stems), upToRow, ...passing.values, limit],
      )
    },

    passing(rows) {
      const whole = passesWhole(request, filter.owners)
      const found = run<{ row: number }>(
        `SELECT row FROM ${index} AS entry
         WHERE row IN (SELECT value FROM json_each(?)) AND row <= ? AND ${whole.sql}`,
        [JSON.stringify(rows), upToRow, ...whole.values],
      )
      return new Set(found.map(({ row }) => row))
    },

    candidates(rows) {
      const found = entries(rows)
      const lines = readLines(table, found)
      const candidates = new Map<number, Candidate>()
      const add = (entry: Entry) => {
        const line = lines.get(table.line(entry) ?? '') ?? []
        const place = line.findIndex(({ row }) => row === entry.row)
        const before = place < 0 ? [] : line.slice(Math.max(0, place - NEIGHBOURS), place).reverse()
        const after = place < 0 ? [] : line.slice(place + 1, place + 1 + NEIGHBOURS)
        candidates.set(entry.row, {
          ...table.toCandidate(entry),
          before: before.map(({ text }) => text),
          after: after.map(({ text }) => text),
        })
        return [...before, ...after]
      }
      for (const entry of found.flatMap(add)) {
        const answers = entry.passes === 1 && entry.row <= upToRow
        if (answers && !candidates.has(entry.row)) add(entry)
      }
      return [...candidates.values()]
    },
  }
}

/** What stands around the entries, each stretch read once. */
function readLines(
  table: EntryTable,
  found: readonly Entry[],
): ReadonlyMap<string, readonly Entry[]> {
  const byLine = new Map<string, Entry[]>()
  for (const entry of found) {
    const line = table.line(entry)
    if (line === undefined) continue
    byLine.set(line, [...(byLine.get(line) ?? []), entry])
  }
  return new Map([...byLine].map(([line, members]) => [line, readStretches(table, members)]))
}

function readStretches(table: EntryTable, members: readonly Entry[]): readonly Entry[] {
  const read: Entry[] = []
  let stretch: { from: number; to: number } | undefined
  const [some] = members
  const flush = () => {
    if (some && stretch) read.push(...table.stretch(some, stretch.from, stretch.to))
  }
  for (const { place } of members.toSorted((a, b) => a.place - b.place)) {
    const [from, to] = [place - table.reach, place + table.reach]
    if (stretch && from <= stretch.to + 1) {
      stretch.to = to
      continue
    }
    flush()
    stretch = { from, to }
  }
  flush()
  return read
}

/** Words hold nothing but letters, digits, marks and symbols, so quoting makes each of them a plain string to FTS5. */
function anyOf(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(' OR ')
}

/** The first text after all that begin with `prefix`. */
function after(prefix: string): string {
  return `${prefix}\u{10FFFF}`
}

/** What a compound may be made of: its beginnings and ends. */
function partsOf(stem: string): readonly string[] {
  const parts: string[] = []
  for (let length = 5; length < stem.length; length += 1)
    parts.push(stem.slice(0, length), stem.slice(-length))
  return parts
}
