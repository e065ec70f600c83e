import { dotProduct } from './codes/float32.ts'

export interface ScoredRow {
  readonly row: number
  /** The cosine, as `dotProduct` computes it. */
  readonly score: number
}

/** Stored unit vectors of the rows; deleted rows are missing. */
export type StoredVectors = Iterable<readonly [row: number, vector: Float32Array]>

/** The rows of highest score, best first; of equal scores the lower row comes first. Pure. */
export function rankRows(
  query: Float32Array,
  vectors: StoredVectors,
  most: number,
): readonly ScoredRow[] {
  const scored = Array.from(vectors, ([row, vector]) => ({ row, score: dotProduct(query, vector) }))
  return scored.sort(byRank).slice(0, most)
}

export function mergeRanked(
  a: readonly ScoredRow[],
  b: readonly ScoredRow[],
  most: number,
): readonly ScoredRow[] {
  return [...a, ...b].sort(byRank).slice(0, most)
}

function byRank(a: ScoredRow, b: ScoredRow): number {
  return b.score - a.score || a.row - b.row
}
