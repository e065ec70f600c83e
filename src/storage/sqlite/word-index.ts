import type DatabaseHandle from 'better-sqlite3'
import { type Candidate, NEIGHBOURS } from '../../search/rank.ts'
import type { WordIndex } from '../../search/ranked-search.ts'
import type { RankedFilter, RankedRequest } from '../ranked-search.ts'
import {
  type Bound,
  conditions,
  type Fragment,
  ofRoles,
  passesBesideScope,
  passesWhole,
} from './entry-filter.ts'
import { preparedOn } from './statements.ts'

/** Rows of one of the tables `passage` and `message`, as far as search wants to know them. */
interface EntryTable {
  /** What is selected of `entry` to make an `Entry`. */
  readonly columns: string
  /** The part of the filter that the index knows nothing of, as a condition on `entry`. */
  readonly passes: Fragment | undefined
  size(owners: readonly string[]): number
  /** The document or conversation in which the entry has neighbours; undefined: it has none. */
  line(entry: Entry): string | undefined
  /** The entries of a line from one place to another that may lend context, in order. */
  stretch(entry: Entry, from: number, to: number): readonly Entry[]
  /** How far away, in places, the neighbours of its neighbours may be. */
  readonly reach: number
  toCandidate(entry: Entry): Omit<Candidate, 'before' | 'after'>
}

interface Entry {
  readonly row: number
  readonly owner: string
  readonly text: string
  readonly place: number
  /** Source of a passage, role of a message. */
  readonly kind: string
  readonly at: string
  /** 1: it passes the filter, so it may be an answer. */
  readonly passes: number
}

type Run = <Row>(sql: string, values: readonly Bound[]) => readonly Row[]

/** What an assistant says is long and repeats what it was told. */
const ASSISTANT_WEIGHT = 0.6

/** The entries of a request in FTS5's index. Better-sqlite3 is synchronous, so this belongs into a thread of its own. */
export function openWordIndex(db: DatabaseHandle.Database, request: RankedRequest): WordIndex {
  const { index, namespace, filter, upTo } = request
  const prepare = preparedOn(db)
  const run: Run = (sql, values) => prepare(sql).all(...values) as never
  const table =
    index === 'passage' ? passages(run, namespace, filter) : messages(run, namespace, filter)
  const words = `${index}_words`
  const scope = `scope : (${anyOf(filter.scopes)})`
  const match = (stems: readonly string[]) => `${scope} AND words : (${anyOf(stems)})`
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

  return {
    size: () => table.size(filter.owners),

    frequency(stems) {
      const [found] = run<{ count: number }>(
        `SELECT count(*) AS count FROM ${words} WHERE ${words} MATCH ?`,
        [match(stems)],
      )
      return found?.count ?? 0
    },

    *vocabularyNear(stem) {
      // Few people get the first letter wrong; the whole vocabulary is looked through for what contains the word.
      const rows = run<{ word: string }>(
        `SELECT word FROM word WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ?
         UNION SELECT word FROM word WHERE instr(word, ?) > 0
         UNION SELECT word FROM word WHERE word IN (SELECT value FROM json_each(?))`,
        [
          stem.slice(0, 1),
          after(stem.slice(0, 1)),
          stem.length - 2,
          stem.length + 2,
          stem,
          JSON.stringify(partsOf(stem)),
        ],
      )
      for (const { word } of rows) yield word
    },

    best(stems, limit) {
      // Ordering by bm25() keeps a top-N heap; ordering by FTS5's hidden `rank` column is nearly twice as slow.
      return run(
        `SELECT rowid AS row, -bm25(${words}, 0, 1) AS score FROM ${words}
         WHERE ${words} MATCH ? AND rowid <= ? ${passing.sql}
         ORDER BY bm25(${words}, 0, 1), rowid DESC LIMIT ?`,
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

function passages(run: Run, namespace: string, filter: RankedFilter): EntryTable {
  const columns =
    'entry.row, entry.archive_id AS owner, entry.text, entry.position AS place, entry.source AS kind, entry.created_at AS at'
  const passes = passesBesideScope('passage', filter)
  return {
    columns,
    passes,
    size(owners) {
      const [counted] = run<{ count: number }>(
        `SELECT sum(passage_count) AS count FROM archive
         WHERE namespace = ? AND id IN (SELECT value FROM json_each(?))`,
        [namespace, JSON.stringify(owners)],
      )
      return counted?.count ?? 0
    },
    line: ({ owner, kind }) => (kind === '' ? undefined : `${owner} ${kind}`),
    stretch: ({ owner, kind }, from, to) =>
      run(
        `SELECT ${columns}, ${passes?.sql ?? '1'} AS passes FROM passage AS entry
         WHERE namespace = ? AND archive_id = ? AND source = ? AND source <> '' AND position BETWEEN ? AND ?
           AND superseded_by IS NULL
         ORDER BY position`,
        [...(passes?.values ?? []), namespace, owner, kind, from, to],
      ),
    reach: 2 * NEIGHBOURS,
    toCandidate: ({ row, text, owner, kind, at }) => ({
      row,
      text,
      at,
      group: kind === '' ? null : `${owner} ${kind}`,
      weight: 1,
    }),
  }
}

function messages(run: Run, namespace: string, filter: RankedFilter): EntryTable {
  const columns =
    'entry.row, entry.agent_id AS owner, entry.text, entry.seq AS place, entry.role AS kind, entry.created_at AS at'
  const passes = passesBesideScope('message', filter)
  const ofRole = ofRoles(filter)
  const answers = conditions([ofRole, passes ?? false]) ?? ofRole
  return {
    columns,
    passes,
    size(owners) {
      const [counted] = run<{ count: number }>(
        `SELECT sum(last_message) AS count FROM agent
         WHERE namespace = ? AND id IN (SELECT value FROM json_each(?))`,
        [namespace, JSON.stringify(owners)],
      )
      return counted?.count ?? 0
    },
    line: ({ owner }) => owner,
    stretch: ({ owner }, from, to) =>
      run(
        `SELECT ${columns}, ${answers.sql} AS passes FROM message AS entry
         WHERE namespace = ? AND agent_id = ? AND seq BETWEEN ? AND ? AND text <> '' AND role IN ('user', 'assistant')
         ORDER BY seq`,
        [...answers.values, namespace, owner, from, to],
      ),
    // Between two things that were said stand calls of tools and their results.
    reach: 8 * NEIGHBOURS,
    toCandidate: ({ row, text, owner, kind, at }) => ({
      row,
      text,
      at,
      // What was said on one day belongs together.
      group: `${owner} ${at.slice(0, 10)}`,
      weight: kind === 'assistant' ? ASSISTANT_WEIGHT : 1,
    }),
  }
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
