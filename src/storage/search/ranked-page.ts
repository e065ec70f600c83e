import { type Timestamp, toTimestamp } from '../../core/clock.ts'
import { encodeCursor } from '../../core/page.ts'
import type { RankedAnswer } from '../database/search-request.ts'
import type { HitPage } from '../port/recall-store.ts'
import { PROBLEMS } from './serving-sets.ts'

/** The page that ends at rank `end`. Entries deleted since the ranking are not in `items` and are skipped. */
export function rankedPage<T>(
  { hits, more, problem, upTo, vectorsUpTo }: RankedAnswer,
  end: number,
  items: ReadonlyMap<number, T>,
  warnings: readonly string[],
): HitPage<T> {
  const said = [...warnings, ...(problem ? [PROBLEMS[problem]] : [])]
  return {
    items: hits.flatMap(({ row, score, foundBy, places, why }) => {
      const item = items.get(row)
      return item ? [{ item, score, foundBy, places, ...(why && { why }) }] : []
    }),
    ...(more && { nextCursor: encodeCursor(end, upTo, vectorsUpTo) }),
    ...(said.length > 0 && { warnings: said }),
  }
}

/** The present moment, for a search that names none. */
export function presentMoment(): Timestamp {
  return toTimestamp(Date.now())
}
