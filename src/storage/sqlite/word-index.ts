import type DatabaseHandle from 'better-sqlite3'
import { inverseFrequency } from '../../search/rank.ts'
import type { WordIndex } from '../../search/word-index.ts'
import type { RankedRequest } from '../ranked-search.ts'
import { type Entry, readCandidates } from '../read-candidates.ts'
import { scopedWord } from '../search-scope.ts'
import { after, initialOf, partsOf } from '../vocabulary.ts'
import { type Bound, type Fragment, passesWhole } from './entry-filter.ts'
import { messageTable, passageTable, type Run, type StoredEntry, toEntry } from './entry-tables.ts'
import { openPostings } from './postings.ts'
import { scorePostings } from './score-postings.ts'
import { preparedOn } from './statements.ts'

/** The entries of a request in FTS5's index, defined on this connection by `definePostings`. Better-sqlite3 is synchronous, so this belongs into a thread of its own. */
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
  const postings = openPostings(prepare, index)
  // A scalar subquery, as SQLite makes a join of EXISTS.
  const passing: Fragment = table.passes
    ? {
        sql: `AND (SELECT 1 FROM ${index} AS entry WHERE entry.row = size.id AND ${table.passes.sql}) IS NOT NULL`,
        values: table.passes.values,
      }
    : { sql: '', values: [] }

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
        const upTo = rows.filter((row) => row <= upToRow)
        return { rows: upTo, rarity: inverseFrequency(size, new Set(rows).size) }
      })
      const found = [...new Set(posted.flatMap(({ rows }) => rows))]
      return scorePostings(posted, postings.lengths(found, passing)).slice(0, limit)
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
