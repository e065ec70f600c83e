import { type RawBuilder, sql } from 'kysely'
import { toTimestamp } from '../../core/clock.ts'
import { inverseFrequency, type Ranked } from '../../search/rank.ts'
import type { WordIndex } from '../../search/word-index.ts'
import type { Connection } from '../database/dialect.ts'
import type { RankedRequest } from '../database/search-request.ts'
import { BM25_B, BM25_K1 } from '../search/bm25.ts'
import { readCandidates } from '../search/read-candidates.ts'
import { after, initialOf, partsOf } from '../search/vocabulary.ts'
import { entryReads } from './entries.ts'
import { passesBesideScope, passesWhole } from './entry-filter.ts'
import { wordTable } from './text-search.ts'
import { wordKey } from './word-keys.ts'

export interface OpenedWordIndex {
  readonly index: WordIndex
  /** Highest row that may be found. */
  readonly upTo: number
}

/**
 * Word index of one request. Everything is counted as of when `upTo` was the newest row, so any server computes the
 * same list for the next page, whatever was inserted since. `stems` are those of the question.
 */
export async function openWordIndex(
  db: Connection,
  request: RankedRequest,
  stems: readonly string[],
): Promise<OpenedWordIndex> {
  const { index, filter } = request
  const words = wordTable(index)
  const keysOf = (stem: string) => filter.scopes.map((scope) => wordKey(scope, stem))
  const { upTo, size, counts } = await look(db, request, stems, keysOf)
  const beside = passesBesideScope(index, filter)
  const passing = beside
    ? sql`WHERE EXISTS (SELECT 1 FROM ${sql.table(index)} AS entry WHERE entry.row = scored.entry AND ${beside})`
    : sql``

  /** Counts single stems; each entry has exactly one scope. */
  async function count(unknown: readonly string[]): Promise<void> {
    const asked = unknown.flatMap((stem) => keysOf(stem).map((key) => ({ stem, key })))
    const { rows } = await sql<{ count: number }>`
      SELECT (SELECT count(*) FROM ${words} AS found WHERE found.word = asked.word AND found.entry <= ${upTo}) AS count
      FROM unnest(${asked.map(({ key }) => key)}::bigint[]) WITH ORDINALITY AS asked (word, place)
      ORDER BY place`.execute(db)
    for (const stem of unknown) counts.set(stem, 0)
    asked.forEach(({ stem }, place) => {
      counts.set(stem, (counts.get(stem) ?? 0) + (rows[place]?.count ?? 0))
    })
  }

  async function countAny(group: readonly string[]): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      SELECT count(DISTINCT entry) AS count FROM ${words}
      WHERE word = ANY(${group.flatMap(keysOf)}::bigint[]) AND entry <= ${upTo}`.execute(db)
    return rows[0]?.count ?? 0
  }

  async function known(stems: readonly string[]): Promise<void> {
    const unknown = stems.filter((stem) => !counts.has(stem))
    if (unknown.length > 0) await count(unknown)
  }

  /** For each condition: the words of the scopes that match it. */
  async function vocabulary(conditions: readonly RawBuilder<unknown>[]) {
    const parts = conditions.map(
      (condition, place) =>
        sql`SELECT DISTINCT ${place}::integer AS place, word FROM word
          WHERE scope = ANY(${filter.scopes}::text[]) AND ${condition}`,
    )
    const { rows } = await sql<{ place: number; word: string }>`${sql.join(
      parts,
      sql` UNION ALL `,
    )}`.execute(db)
    return conditions.map((_, place) =>
      rows.filter((row) => row.place === place).map(({ word }) => word),
    )
  }

  const wordIndex: WordIndex = {
    size: () => size,

    async frequencies(groups) {
      await known(groups.filter(({ length }) => length === 1).flat())
      return Promise.all(
        groups.map((group) => {
          const [only = '', ...others] = group
          return others.length === 0 ? (counts.get(only) ?? 0) : countAny(group)
        }),
      )
    },

    async used(stems) {
      await known(stems)
      return new Set(stems.filter((stem) => (counts.get(stem) ?? 0) > 0))
    },

    wordsLike: (asked) =>
      vocabulary(
        asked.map(({ stem, most }) => {
          const initial = initialOf(stem)
          return sql`word >= ${initial} AND word < ${after(initial)}
            AND length(word) BETWEEN ${stem.length - most} AND ${stem.length + most}`
        }),
      ),

    wordsWith: (stems) =>
      vocabulary(
        stems.map(
          (stem) => sql`(strpos(word, ${stem}) > 0 OR word = ANY(${partsOf(stem)}::text[]))`,
        ),
      ),

    async best(stems, limit) {
      await known(stems)
      const asked = stems.flatMap((stem) =>
        keysOf(stem).map((key) => ({
          key,
          rarity: inverseFrequency(size, counts.get(stem) ?? 0),
        })),
      )
      // Rounded, so that equal entries have equal scores in any order of summation.
      const { rows } = await sql<Ranked>`
        WITH found AS MATERIALIZED (
          SELECT posting.entry, posting.frequency, posting.length, asked.rarity
          FROM unnest(${asked.map(({ key }) => key)}::bigint[], ${asked.map(({ rarity }) => rarity)}::float8[])
            AS asked (word, rarity)
          CROSS JOIN LATERAL (
            SELECT entry, frequency, length FROM ${words} AS inner_posting
            WHERE inner_posting.word = asked.word AND inner_posting.entry <= ${upTo} OFFSET 0
          ) AS posting
        ), scored AS (
          SELECT entry, sum(rarity * frequency * ${BM25_K1 + 1}::float8 / (frequency + ${BM25_K1}::float8 * (
            ${1 - BM25_B}::float8 + ${BM25_B}::float8 * length / (SELECT avg(length)::float8 FROM found)
          )))::real AS score
          FROM found GROUP BY entry
        )
        SELECT entry AS row, score FROM scored ${passing}
        ORDER BY score DESC, entry DESC LIMIT ${limit}`.execute(db)
      return rows
    },

    async dated(spans, limit) {
      const { rows } = await sql<{ row: number }>`
        SELECT found.row FROM unnest(
          ${spans.map(({ from }) => toTimestamp(from))}::text[],
          ${spans.map(({ until }) => toTimestamp(until))}::text[]
        ) WITH ORDINALITY AS asked (earliest, until, place)
        CROSS JOIN LATERAL (
          SELECT entry.row FROM ${sql.table(index)} AS entry
          WHERE ${passesWhole({ ...request, upTo })}
            AND entry.created_at >= asked.earliest AND entry.created_at < asked.until
          ORDER BY entry.created_at, entry.row LIMIT ${limit}
        ) AS found ORDER BY asked.place LIMIT ${limit}`.execute(db)
      return rows.map(({ row }) => row)
    },

    // Vector results have already passed the same filter in this request.
    passing: (rows) => new Set(rows.filter((row) => row <= upTo)),

    candidates: (rows) => readCandidates(entryReads(db, request, upTo), rows, upTo),
  }
  return { index: wordIndex, upTo }
}

/** Reads in one query what every search needs first. */
async function look(
  db: Connection,
  { index, namespace, filter, upTo }: RankedRequest,
  stems: readonly string[],
  keysOf: (stem: string) => readonly string[],
) {
  const asked = stems.flatMap((stem) => keysOf(stem).map((key) => ({ stem, key })))
  const [owner, total] =
    index === 'passage'
      ? [
          sql.ref('archive_id'),
          sql`SELECT sum(passage_count) FROM archive WHERE namespace = ${namespace} AND id = ANY(${filter.owners}::text[])`,
        ]
      : [
          sql.ref('agent_id'),
          sql`SELECT sum(last_message) FROM agent WHERE namespace = ${namespace} AND id = ANY(${filter.owners}::text[])`,
        ]
  const later =
    upTo === undefined
      ? sql`0`
      : sql`(SELECT count(*) FROM ${sql.table(index)} WHERE row > ${upTo} AND namespace = ${namespace}
          AND ${owner} = ANY(${filter.owners}::text[]))`
  const { rows } = await sql<{ newest: number | null; size: number; counts: readonly unknown[] }>`
    SELECT (SELECT max(row) FROM ${sql.table(index)}) AS newest, coalesce((${total}), 0) - ${later} AS size,
      ARRAY(
        SELECT (SELECT count(*) FROM ${wordTable(index)} AS found
          WHERE found.word = asked.word AND found.entry <= ${upTo ?? Number.MAX_SAFE_INTEGER})
        FROM unnest(${asked.map(({ key }) => key)}::bigint[]) WITH ORDINALITY AS asked (word, place) ORDER BY place
      ) AS counts`.execute(db)
  const counts = new Map(stems.map((stem) => [stem, 0]))
  asked.forEach(({ stem }, place) => {
    counts.set(stem, (counts.get(stem) ?? 0) + Number(rows[0]?.counts[place] ?? 0))
  })
  return { upTo: upTo ?? rows[0]?.newest ?? 0, size: rows[0]?.size ?? 0, counts }
}
