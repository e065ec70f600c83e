import type { VectorList } from '../../search/vector-list.ts'
import type { VectorProblem } from '../database/search-request.ts'

export interface FoundByMeaning {
  /** One list per model: scores of different models are not comparable. */
  readonly lists: readonly VectorList[]
  /** Highest vector row that the search could find; pass it back for the next pages. */
  readonly upTo: number
  /** If set, `lists` is empty: all pages of a result must be computed the same way. */
  readonly problem: VectorProblem | null
}

export const NO_VECTORS: FoundByMeaning = { lists: [], upTo: 0, problem: null }
