import type { VectorList } from '../../search/vector-list.ts'
import type { VectorProblem } from '../database/search-request.ts'

export interface FoundByMeaning {
  /** One for each model; scores of different models can't be compared. */
  readonly lists: readonly VectorList[]
  /** The newest vector that could be found. */
  readonly upTo: number
  /** Then there are no lists, so that all pages of an answer are found in the same way. */
  readonly problem: VectorProblem | null
}

export const NO_VECTORS: FoundByMeaning = { lists: [], upTo: 0, problem: null }
