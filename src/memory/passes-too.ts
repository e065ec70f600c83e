import type { Timestamp } from '../core/clock.ts'
import type { Passage } from '../core/passage.ts'
import type { PassageSearch } from '../storage/port/store.ts'

/**
 * Whether a neighbour of a result passes the filters of the search itself. With `asOf` a superseded one never does, for
 * it does not tell when that was. Pure.
 */
export function passesToo(
  { tags, createdAt, supersededBy, expiresAt }: Passage,
  { after, before, asOf, includeSuperseded, matchAllTags, tags: wanted = [] }: PassageSearch,
  now: Timestamp,
): boolean {
  const isCurrent = supersededBy === null && (expiresAt === null || expiresAt > (asOf ?? now))
  const tagged = wanted.filter((tag) => tags.includes(tag)).length
  return (
    (includeSuperseded === true || isCurrent) &&
    (after === undefined || createdAt >= after) &&
    (before === undefined || createdAt <= before) &&
    (asOf === undefined || createdAt <= asOf) &&
    (wanted.length === 0 || (matchAllTags ? tagged === wanted.length : tagged > 0))
  )
}
