import { encodeCursor } from '../../core/page.ts'
import type { RankedAnswer } from '../database/search-request.ts'
import type { HitPage } from '../port/recall-store.ts'
import { PROBLEMS } from './serving-sets.ts'

/** The page that ends before place `end`. What was deleted since it was ranked is not in `items`, and left out. */
export function rankedPage<T>(
  { hits, more, problem, upTo, vectorsUpTo }: RankedAnswer,
  end: number,
  items: ReadonlyMap<number, T>,
): HitPage<T> {
  return {
    items: hits.flatMap(({ row, score, foundBy }) => {
      const item = items.get(row)
      return item ? [{ item, score, foundBy }] : []
    }),
    ...(more && { nextCursor: encodeCursor(end, upTo, vectorsUpTo) }),
    ...(problem && { warnings: [PROBLEMS[problem]] }),
  }
}
