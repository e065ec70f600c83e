import type DatabaseHandle from 'better-sqlite3'
import { inverseFrequency } from '../../search/rank.ts'
import type { WordIndex } from '../../search/word-index.ts'
import type { RankedRequest } from '../database/search-request.ts'
import { type Entry, readCandidates } from '../search/read-candidates.ts'
import { scopedWord } from '../search/search-scope.ts'
import { after, initialOf, partsOf } from '../search/vocabulary.ts'
import { messageTable, passageTable, type RunQuery, type StoredEntry, toEntry } from './entries.ts'
import { type Bound, passesWhole } from './entry-filter.ts'
import type { Postings } from './postings.ts'
import { bestOf, countDistinct, scorePostings } from './score-postings.ts'
import { preparedOn } from './statements.ts'

/** That of a word that stands in everything. */
const MIN_RARITY = 1e-6

/** The entries of a request in FTS5's index. Better-sqlite3 is synchronous, so this belongs into a thread of its own. */
export function openWordIndex(
  db: DatabaseHandle.Database,
  postings: Postings,
  request: RankedRequest,
): WordIndex {
  const { index, namespace, filter, upTo } = request
  const prepare = preparedOn(db)
  const run: RunQuery = (sql, values) => prepare(sql).all(...values) as never
  const table =
    index === 'passage'
      ? passageTable(run, namespace, filter)
      : messageTable(run, namespace, filter)
  const words = `${index}_words`
  const match = (stems: readonly string[]) =>
    anyOf(filter.scopes.flatMap((scope) => stems.map((stem) => scopedWord(scope, stem))))
  const upToRow = upTo ?? Number.MAX_SAFE_INTEGER
  /** Those of the rows that pass what the index knows nothing of. */
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
    return run<StoredEntry>(
      `SELECT ${table.columns}, 1 AS passes FROM ${index} AS entry
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
    size: () => table.size(filter.owners),

    frequencies(groups) {
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
      const size = table.size(filter.owners)
      const posted = stems.map((stem) => {
        const rows = filter.scopes.flatMap((scope) => postings.rowsOf(scopedWord(scope, stem)))
        const rarity = Math.max(MIN_RARITY, inverseFrequency(size, countDistinct(rows)))
        return { rarity, rows: upTo === undefined ? rows : rows.filter((row) => row <= upTo) }
      })
      const scores = scorePostings(posted, postings.lengthsOf(posted.map(({ rows }) => rows)))
      // Of the best, more and more, until enough of them pass.
      for (let looked = table.passes ? limit * 2 : limit; ; looked *= 8) {
        const best = bestOf(scores, looked)
        const passing = passingBesideScope(best.map(({ row }) => row))
        const left = best.filter(({ row }) => passing.has(row))
        if (left.length >= limit || best.length < looked) return left.slice(0, limit)
      }
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

/** Words hold nothing but letters, digits, marks and symbols, so quoting makes each of them a plain string to FTS5. */
function anyOf(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(' OR ')
}
