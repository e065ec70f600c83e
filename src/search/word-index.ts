import type { Span } from './day-range.ts'
import type { Candidate, Ranked } from './rank.ts'

/** Synchronous for SQLite, a promise for PostgreSQL; callers await both. */
type Eventually<T> = T | Promise<T>

/**
 * A database's side of one search: entries in its scope that pass its filters. Every call may be a network round trip,
 * so calls take batches.
 */
export interface WordIndex {
  /** Number of entries in scope; filters don't apply here nor to `frequencies`. */
  size(): Eventually<number>
  /** For each group of stems: number of entries in scope that contain any of them. */
  frequencies(groups: readonly (readonly string[])[]): Eventually<readonly number[]>
  /** The stems that some entry in scope contains. */
  used(stems: readonly string[]): Eventually<ReadonlySet<string>>
  /** For each stem: words in scope, present or past, whose length differs by at most `most` letters. */
  wordsLike(asked: readonly NearStem[]): Eventually<readonly (readonly string[])[]>
  /** For each stem: words in scope, present or past, that contain it or that are its beginning or end. */
  wordsWith(stems: readonly string[]): Eventually<readonly (readonly string[])[]>
  /** Entries with any of the stems, best first by BM25; of equal scores the newer comes first. */
  best(stems: readonly string[], limit: number): Eventually<readonly Ranked[]>
  /** Entries of these days, oldest first in each span. */
  dated(spans: readonly Span[], limit: number): Eventually<readonly number[]>
  /** The rows that are in scope and pass the filters. */
  passing(rows: readonly number[]): Eventually<ReadonlySet<number>>
  /** These entries with their neighbours; neighbours that pass the filters are also returned as entries. */
  candidates(rows: readonly number[]): Eventually<readonly Candidate[]>
}

export interface NearStem {
  readonly stem: string
  readonly most: number
}
