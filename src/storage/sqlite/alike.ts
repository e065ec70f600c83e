import type DatabaseHandle from 'better-sqlite3'
import type { AlikeRequest } from '../database/search-request.ts'
import { scopedWord } from '../search/search-scope.ts'
import { preparedOn } from './statements.ts'

/** A stem in more passages than this says little about any of them, and reading stops here. Chosen by hand. */
const MAX_ENTRIES = 500
const MAX_STEMS = 12
/** A list of rows for each word, in their order. As JSON, which SQLite produces several times faster than rows. */
const ENTRIES = `SELECT (
    SELECT json_group_array(row) FROM (
      SELECT rowid AS row FROM passage_words WHERE passage_words MATCH asked.value LIMIT ${MAX_ENTRIES}
    )
  ) FROM json_each(?) AS asked`

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
  const asked = JSON.stringify(stems.map((stem) => anyOf(scopes, stem)))
  for (const list of preparedOn(db)(ENTRIES).pluck().iterate(asked)) {
    if (telling === MAX_STEMS) break
    const rows: readonly number[] = JSON.parse(String(list))
    if (rows.length === 0 || rows.length === MAX_ENTRIES) continue
    telling += 1
    const rarity = Math.log(1 + MAX_ENTRIES / rows.length)
    for (const row of rows) scores.set(row, (scores.get(row) ?? 0) + rarity)
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
