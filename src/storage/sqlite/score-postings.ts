import type { Ranked } from '../../search/rank.ts'
import { LENGTH_SHARE, SATURATION } from '../bm25.ts'

/** One word of a question. */
export interface Posted {
  readonly rarity: number
  /** The entries in which it stands, each as often as it does, one after the other. */
  readonly rows: readonly number[]
}

/** Those of the entries whose length is known, best first by BM25, the newer of equals first. Pure. */
export function scorePostings(
  posted: readonly Posted[],
  lengths: ReadonlyMap<number, number>,
): readonly Ranked[] {
  let total = 0
  for (const length of lengths.values()) total += length
  const average = total / lengths.size || 1
  const scores = new Map<number, number>()
  for (const { rarity, rows } of posted) {
    for (let at = 0; at < rows.length; ) {
      const row = rows[at] ?? 0
      const first = at
      while (rows[at] === row) at += 1
      const length = lengths.get(row)
      if (length === undefined) continue
      const frequency = at - first
      const share = 1 - LENGTH_SHARE + (LENGTH_SHARE * length) / average
      const score = (rarity * frequency * (SATURATION + 1)) / (frequency + SATURATION * share)
      scores.set(row, (scores.get(row) ?? 0) + score)
    }
  }
  return [...scores]
    .map(([row, score]) => ({ row, score }))
    .sort((a, b) => b.score - a.score || b.row - a.row)
}
