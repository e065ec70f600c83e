import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'
import type { AlikeRequest } from '../database/search-request.ts'
import { wordTable } from './text-search.ts'
import { wordKey } from './word-keys.ts'

/** A stem in more passages than this says little about any of them, and reading stops here. Chosen by hand. */
const MAX_ENTRIES = 500
const MAX_STEMS = 12
/** Stems per query. Chosen by hand. */
const AT_ONCE = 48

interface AlikeRow {
  readonly place: number
  readonly entries: readonly unknown[]
}

/** Passages that share rare stems. */
export async function findAlike(
  db: Connection,
  { scopes, stems, limit }: AlikeRequest,
): Promise<readonly number[]> {
  const scores = new Map<number, number>()
  let telling = 0
  for (let start = 0; start < stems.length && telling < MAX_STEMS; start += AT_ONCE) {
    for (const { entries } of await entriesWith(db, scopes, stems.slice(start, start + AT_ONCE))) {
      if (telling === MAX_STEMS) break
      if (entries.length === 0 || entries.length === MAX_ENTRIES) continue
      telling += 1
      const rarity = Math.log(1 + MAX_ENTRIES / entries.length)
      for (const entry of entries.map(Number)) scores.set(entry, (scores.get(entry) ?? 0) + rarity)
    }
  }
  return [...scores]
    .sort(([a, scoreOfA], [b, scoreOfB]) => scoreOfB - scoreOfA || b - a)
    .slice(0, limit)
    .map(([row]) => row)
}

/** The entries of each stem, in order. */
async function entriesWith(
  db: Connection,
  scopes: readonly string[],
  stems: readonly string[],
): Promise<readonly AlikeRow[]> {
  const asked = stems.flatMap((stem, place) =>
    scopes.map((scope) => ({ place, key: wordKey(scope, stem) })),
  )
  const { rows } = await sql<AlikeRow>`
    SELECT asked.place, ARRAY(
      SELECT entry FROM ${wordTable('passage')} AS posting WHERE posting.word = ANY(asked.keys) LIMIT ${MAX_ENTRIES}
    ) AS entries
    FROM (
      SELECT place, array_agg(key) AS keys
      FROM unnest(${asked.map(({ place }) => place)}::integer[], ${asked.map(({ key }) => key)}::bigint[]) AS pair (place, key)
      GROUP BY place
    ) AS asked ORDER BY asked.place`.execute(db)
  return rows
}
