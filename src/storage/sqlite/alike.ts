import type DatabaseHandle from 'better-sqlite3'
import type { AlikeRequest } from '../database/search-request.ts'
import { scopedWord } from '../search/search-scope.ts'

/** A stem in more passages than this says little about any of them, and reading stops here. Chosen by hand. */
const MAX_ENTRIES = 500
const MAX_STEMS = 12
/** Stems per statement. Chosen by hand. */
const AT_ONCE = 24
const ENTRIES = 'SELECT rowid AS row FROM passage_words WHERE passage_words MATCH ? LIMIT ?'

interface Found {
  readonly place: number
  readonly row: number
}

/**
 * Passages that share rare stems. Not with bm25(), which counts each word over the whole table: in a large one that
 * takes longer than an insert should.
 */
export function findAlike(
  db: DatabaseHandle.Database,
  { scopes, stems, limit }: AlikeRequest,
): readonly number[] {
  const scores = new Map<number, number>()
  let telling = 0
  for (let start = 0; start < stems.length && telling < MAX_STEMS; start += AT_ONCE) {
    const some = stems.slice(start, start + AT_ONCE)
    const found = db
      .prepare(
        some
          .map((_, place) => `SELECT ${place} AS place, row FROM (${ENTRIES})`)
          .join(' UNION ALL '),
      )
      .all(...some.flatMap((stem) => [anyOf(scopes, stem), MAX_ENTRIES])) as Found[]
    const ofStem = some.map((): number[] => [])
    for (const { place, row } of found) ofStem[place]?.push(row)
    for (const rows of ofStem) {
      if (telling === MAX_STEMS) break
      if (rows.length === 0 || rows.length === MAX_ENTRIES) continue
      telling += 1
      const rarity = Math.log(1 + MAX_ENTRIES / rows.length)
      for (const row of rows) scores.set(row, (scores.get(row) ?? 0) + rarity)
    }
  }
  return [...scores]
    .sort(([a, scoreOfA], [b, scoreOfB]) => scoreOfB - scoreOfA || b - a)
    .slice(0, limit)
    .map(([row]) => row)
}

function anyOf(scopes: readonly string[], stem: string): string {
  return scopes.map((scope) => quote(scopedWord(scope, stem))).join(' OR ')
}

/** Words contain only letters, digits, marks and symbols, so quotes are enough to make each a plain string for FTS5. */
function quote(word: string): string {
  return `"${word}"`
}
