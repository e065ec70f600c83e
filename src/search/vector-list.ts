import type { Ranked } from './rank.ts'

/** The entries nearest to a question as one embedding model sees it. */
export interface VectorList {
  /** What the model's order is worth beside that of words: 1 for one that knows what words mean. */
  readonly weight: number
  /** Of how many entries these are the nearest. */
  readonly size: number
  /** Greatest cosine first. */
  readonly entries: readonly Ranked[]
}
