import type DatabaseHandle from 'better-sqlite3'
import { toTimestamp } from '../../core/clock.ts'
import { inverseFrequency } from '../../search/rank.ts'
import type { WordIndex } from '../../search/word-index.ts'
import type { RankedRequest } from '../database/search-request.ts'
import type { Bound } from '../search/entry-conditions.ts'
import { type Entry, readCandidates } from '../search/read-candidates.ts'
import { scopedWord } from '../search/search-scope.ts'
import { after, initialOf, partsOf } from '../search/vocabulary.ts'
import { messageTable, passageTable, type RunQuery, type StoredEntry, toEntry } from './entries.ts'
import { passesWhole } from './entry-filter.ts'
import type { Postings } from './postings.ts'
import { bestOf, countDistinct, scorePostings } from './score-postings.ts'
import { preparedOn } from './statements.ts'

/**
 * In a place with more entries, counting those with a word is faster than reading which they are, and of its words only
 * the rare ones are read. Chosen by hand.
 */
const MAX_READ = 10_000
/** Rarity of a word that every entry contains. Chosen by hand. */
const MIN_RARITY = 1e-6

/** Word index of one request over FTS5. Synchronous, as better-sqlite3 is, so for use in a worker thread. */
export function openWordIndex(
  db: DatabaseHandle.Database,
  postings: Postings,
  request: RankedRequest,
): WordIndex {
  const { index, namespace, filter, upTo } = request
  const prepare = preparedOn(db)
  const run: RunQuery = (sql, values) => prepare(sql).all(...values) as never
  const list: RunQuery = (sql, values) =>
    prepare(sql)
      .raw()
      .all(...values) as never
  const table = (index === 'passage' ? passageTable : messageTable)(
    { run, list },
    namespace,
    filter,
  )
  const words = `${index}_words`
  const match = (stems: readonly string[]) =>
    anyOf(filter.scopes.flatMap((scope) => stems.map((stem) => scopedWord(scope, stem))))
  const upToRow = upTo ?? Number.MAX_SAFE_INTEGER
  let counted: number | undefined
  function size(): number {
    counted ??= table.size(filter.owners)
    return counted
  }

  const read = new Map<string, readonly number[]>()
  /** As `Postings.rowsOf`, in one of the scopes after the other. */
  function rowsOf(stem: string): readonly number[] {
    const known = read.get(stem)
    if (known) return known
    const lists = filter.scopes.map((scope) => postings.rowsOf(scopedWord(scope, stem)))
    const [first = []] = lists
    const rows = lists.length > 1 ? lists.flat() : first
    read.set(stem, rows)
    return rows
  }

  /** The rows that pass the conditions not covered by the index. */
  function passingBesideScope(rows: readonly number[]): ReadonlySet<number> {
    if (!table.passes) return new Set(rows)
    const { sql, values } = table.passes
    const found = run<{ row: number }>(
      `SELECT row FROM ${index} AS entry WHERE row IN (SELECT value FROM json_each(?)) AND ${sql}`,
      [JSON.stringify(rows), ...values],
    )
    return new Set(found.map(({ row }) => row))
  }

  function entries(rows: readonly number[]): readonly Entry[] {
    return list<StoredEntry>(
      `SELECT ${table.columns}, 1 FROM ${index} AS entry
       WHERE row IN (SELECT value FROM json_each(?))`,
      [JSON.stringify(rows)],
    ).map(toEntry)
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
    size,

    frequencies(groups) {
      if (size() <= MAX_READ) return groups.map((stems) => countAny(stems.map(rowsOf)))
      const count = `SELECT count(*) AS count FROM ${words} WHERE ${words} MATCH ?`
      return groups.map((stems) => run<{ count: number }>(count, [match(stems)])[0]?.count ?? 0)
    },

    used(stems) {
      const some = `SELECT 1 FROM ${words} WHERE ${words} MATCH ? LIMIT 1`
      return new Set(stems.filter((stem) => run(some, [match([stem])]).length > 0))
    },

    wordsLike(asked) {
      return asked.map(({ stem, most }) => {
        const initial = initialOf(stem)
        return vocabulary('word >= ? AND word < ? AND length(word) BETWEEN ? AND ?', [
          initial,
          after(initial),
          stem.length - most,
          stem.length + most,
        ])
      })
    },

    wordsWith(stems) {
      return stems.map((stem) =>
        vocabulary('(instr(word, ?) > 0 OR word IN (SELECT value FROM json_each(?)))', [
          stem,
          JSON.stringify(partsOf(stem)),
        ]),
      )
    },

    best(stems, limit) {
      const posted = stems.map((stem) => {
        const rows = rowsOf(stem)
        const rarity = Math.max(MIN_RARITY, inverseFrequency(size(), countDistinct(rows)))
        return { rarity, rows: upTo === undefined ? rows : rows.filter((row) => row <= upTo) }
      })
      const scores = scorePostings(posted, postings.lengthsOf(posted.map(({ rows }) => rows)))
      // Reads more and more of the best until enough pass the filters.
      for (let looked = table.passes ? limit * 2 : limit; ; looked *= 8) {
        const best = bestOf(scores, looked)
        const passing = passingBesideScope(best.map(({ row }) => row))
        const left = best.filter(({ row }) => passing.has(row))
        if (left.length >= limit || best.length < looked) return left.slice(0, limit)
      }
    },

    dated(spans, limit) {
      const whole = passesWhole(request, filter.owners)
      const found = spans.flatMap(({ from, until }) =>
        run<{ row: number }>(
          `SELECT row FROM ${index} AS entry
           WHERE ${whole.sql} AND entry.created_at >= ? AND entry.created_at < ? AND row <= ?
           ORDER BY entry.created_at, row LIMIT ?`,
          [...whole.values, toTimestamp(from), toTimestamp(until), upToRow, limit],
        ).map(({ row }) => row),
      )
      return found.slice(0, limit)
    },

    passing(rows) {
      const whole = passesWhole(request, filter.owners)
      // CROSS JOIN: otherwise SQLite walks all entries of the owners by an index, and tells which are in the list.
      const found = run<{ row: number }>(
        `SELECT entry.row FROM json_each(?) AS asked CROSS JOIN ${index} AS entry
         ON entry.row = asked.value WHERE entry.row <= ? AND ${whole.sql}`,
        [JSON.stringify(rows), upToRow, ...whole.values],
      )
      return new Set(found.map(({ row }) => row))
    },

    candidates: (rows) =>
      readCandidates(
        {
          ...table,
          read: entries,
          stretches: (all) => all.flatMap(table.stretch),
        },
        rows,
        upToRow,
      ),
  }
}

/** Number of rows that are in any of the lists. */
function countAny(lists: readonly (readonly number[])[]): number {
  const [first = [], ...others] = lists.filter((rows) => rows.length > 0)
  return others.length === 0 ? countDistinct(first) : new Set([first, ...others].flat()).size
}

/** Words contain only letters, digits, marks and symbols, so quotes are enough to make each a plain string for FTS5. */
function anyOf(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(' OR ')
}
