import type { Ranked } from './rank.ts'

/** The entries nearest to a question under one embedding model. */
export interface VectorList {
  /** Weight of the model's ranking relative to keywords: 1 for a model that knows word meanings. */
  readonly weight: number
  /** Number of entries that were compared. */
  readonly size: number
  /** Highest cosine first. */
  readonly entries: readonly Ranked[]
}
