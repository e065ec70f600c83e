import type DatabaseHandle from 'better-sqlite3'
import { type Candidate, NEIGHBOURS } from '../../search/rank.ts'
import type { WordIndex } from '../../search/ranked-search.ts'
import type { RankedFilter, RankedRequest } from '../ranked-search.ts'

/** What a value may be bound as. */
type Bound = string | number

/** A piece of SQL and the values of its question marks. */
interface Fragment {
  readonly sql: string
  readonly values: readonly Bound[]
}

/** Rows of one of the tables `passage` and `message`, as far as search wants to know them. */
interface EntryTable {
  size(owners: readonly string[]): number
  /** The neighbours of an entry on one side, nearest first. */
  neighbours(entry: Entry, side: 'before' | 'after'): readonly Entry[]
  /** What is selected of `entry` to make an `Entry`. */
  readonly columns: string
  toCandidate(entry: Entry): Omit<Candidate, 'before' | 'after'>
  /** The part of the filter that the index knows nothing of, as a condition on `entry`. */
  readonly passes: Fragment | undefined
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
const ASSISTANT_WEIGHT = 0.8

/** The entries of a request in FTS5's index. Better-sqlite3 is synchronous, so this belongs into a thread of its own. */
export function openWordIndex(
  db: DatabaseHandle.Database,
  { index, namespace, filter, upTo }: RankedRequest,
): WordIndex {
  const run: Run = (sql, values) => statement(db, sql).all(...values) as never
  const table =
    index === 'passage' ? passages(run, namespace, filter) : messages(run, namespace, filter)
  const words = `${index}_words`
  const scope = `scope : (${anyOf(filter.scopes)})`
  const inScope = new Set(filter.owners)
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

    candidates(rows) {
      const found = new Map<number, Candidate>()
      const add = (entry: Entry) => {
        const before = table.neighbours(entry, 'before')
        const after = table.neighbours(entry, 'after')
        found.set(entry.row, {
          ...table.toCandidate(entry),
          before: before.map(({ text }) => text),
          after: after.map(({ text }) => text),
        })
        return [...before, ...after]
      }
      const around = entries(rows).flatMap(add)
      for (const entry of around) {
        const answers = entry.passes === 1 && entry.row <= upToRow && inScope.has(entry.owner)
        if (answers && !found.has(entry.row)) add(entry)
      }
      return [...found.values()]
    },
  }
}

function passages(run: Run, namespace: string, filter: RankedFilter): EntryTable {
  const columns =
    'entry.row, entry.archive_id AS owner, entry.text, entry.position AS place, entry.source AS kind, entry.created_at AS at'
  const passes = conditions([
    filter.after !== undefined && { sql: 'entry.created_at >= ?', values: [filter.after] },
    filter.before !== undefined && { sql: 'entry.created_at <= ?', values: [filter.before] },
    ...(filter.tags ?? []).map((anyTag) => ({
      sql: `(SELECT 1 FROM passage_tag WHERE passage_tag.namespace = entry.namespace AND passage_id = entry.id
             AND tag IN (SELECT value FROM json_each(?)) LIMIT 1) IS NOT NULL`,
      values: [JSON.stringify(anyTag)],
    })),
  ])
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
    neighbours({ owner, kind, place }, side) {
      if (kind === '') return []
      const [compare, order] = side === 'before' ? ['<', 'DESC'] : ['>', 'ASC']
      return run(
        `SELECT ${columns}, ${passes?.sql ?? '1'} AS passes FROM passage AS entry
         WHERE namespace = ? AND archive_id = ? AND source = ? AND source <> '' AND position ${compare} ?
           AND superseded_by IS NULL
         ORDER BY position ${order} LIMIT ${NEIGHBOURS}`,
        [...(passes?.values ?? []), namespace, owner, kind, place],
      )
    },
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
  const passes = conditions([
    filter.after !== undefined && { sql: 'entry.created_at >= ?', values: [filter.after] },
    filter.before !== undefined && { sql: 'entry.created_at <= ?', values: [filter.before] },
    filter.exceptRun !== undefined && {
      sql: 'entry.run_id IS NOT ?',
      values: [filter.exceptRun],
    },
  ])
  const ofRole: Fragment = {
    sql: 'entry.role IN (SELECT value FROM json_each(?))',
    values: [JSON.stringify(filter.roles ?? [])],
  }
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
    neighbours({ owner, place }, side) {
      const [compare, order] = side === 'before' ? ['<', 'DESC'] : ['>', 'ASC']
      return run(
        `SELECT ${columns}, ${answers.sql} AS passes FROM message AS entry
         WHERE namespace = ? AND agent_id = ? AND seq ${compare} ? AND text <> '' AND role IN ('user', 'assistant')
         ORDER BY seq ${order} LIMIT ${NEIGHBOURS}`,
        [...answers.values, namespace, owner, place],
      )
    },
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

function conditions(all: readonly (Fragment | false)[]): Fragment | undefined {
  const given = all.filter((fragment) => fragment !== false)
  if (given.length === 0) return undefined
  return {
    sql: given.map(({ sql }) => sql).join(' AND '),
    values: given.flatMap(({ values }) => values),
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

const MOST_STATEMENTS = 100
const prepared = new WeakMap<DatabaseHandle.Database, Map<string, DatabaseHandle.Statement>>()

function statement(db: DatabaseHandle.Database, sql: string): DatabaseHandle.Statement {
  const statements = prepared.get(db) ?? new Map<string, DatabaseHandle.Statement>()
  prepared.set(db, statements)
  const known = statements.get(sql)
  if (known) return known
  if (statements.size >= MOST_STATEMENTS) statements.clear()
  const made = db.prepare(sql)
  statements.set(sql, made)
  return made
}
