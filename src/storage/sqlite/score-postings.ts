import type { Ranked } from '../../search/rank.ts'
import { BM25_B, BM25_K1 } from '../search/bm25.ts'
import { createRowNumbers, type RowNumbers } from './row-numbers.ts'

/** A word of a question. */
export interface Posted {
  /** Inverse document frequency, above 0. */
  readonly rarity: number
  /** Rows that contain the word, ascending, each repeated per occurrence. */
  readonly rows: readonly number[]
}

/** BM25 score of every entry. Pure. */
export function scorePostings(
  posted: readonly Posted[],
  lengthOf: (row: number) => number,
): RowNumbers {
  const average = averageLength(posted, lengthOf)
  const scores = createRowNumbers((length) => new Float64Array(length))
  for (const { rarity, rows } of posted) {
    for (let at = 0; at < rows.length; ) {
      const row = rows[at] ?? 0
      const first = at
      while (rows[at] === row) at += 1
      const frequency = at - first
      const share = 1 - BM25_B + (BM25_B * lengthOf(row)) / average
      const score = (rarity * frequency * (BM25_K1 + 1)) / (frequency + BM25_K1 * share)
      scores.set(row, scores.get(row) + score)
    }
  }
  return scores
}

/** Average over the matches: over all entries it would take too long. */
function averageLength(posted: readonly Posted[], lengthOf: (row: number) => number): number {
  let total = 0
  for (const { rows } of posted) {
    for (let at = 0; at < rows.length; at += 1) {
      if (rows[at] !== rows[at - 1]) total += lengthOf(rows[at] ?? 0)
    }
  }
  const count = posted.reduce((sum, { rows }) => sum + countDistinct(rows), 0)
  return total / count || 1
}

/** Number of distinct rows; equal ones are adjacent. */
export function countDistinct(rows: readonly number[]): number {
  let count = 0
  for (let at = 0; at < rows.length; at += 1) if (rows[at] !== rows[at - 1]) count += 1
  return count
}

/** The least of the greatest `limit` numbers; undefined: there are none. Sorts only those that may be among them. */
function leastOf(numbers: Float64Array | readonly number[], limit: number): number | undefined {
  const most = limit * 4
  let kept: number[] = []
  let least = Number.NEGATIVE_INFINITY
  for (const number of numbers) {
    if (number <= least) continue
    kept.push(number)
    if (kept.length < most) continue
    kept = greatest(kept, limit)
    least = kept.at(-1) ?? least
  }
  return greatest(kept, limit).at(-1)
}

function greatest(numbers: readonly number[], limit: number): number[] {
  return numbers.toSorted((a, b) => b - a).slice(0, limit)
}

/** The best `limit`, best first; of equal scores the newer comes first. Pure. */
export function bestOf(scores: RowNumbers, limit: number): readonly Ranked[] {
  const least = leastOf(scores.values(), limit)
  if (least === undefined) return []
  return scores
    .atLeast(least)
    .map(({ row, value }) => ({ row, score: value }))
    .sort((a, b) => b.score - a.score || b.row - a.row)
    .slice(0, limit)
}
