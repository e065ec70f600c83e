import type { Candidate, Ranked } from './rank.ts'

/** At once where a database answers so; whoever asks awaits it. */
type Eventually<T> = T | Promise<T>

/**
 * What a database offers for one search: the entries of its scope that pass its filters. Every call may be a way to
 * another machine and back, so what can be asked at once is.
 */
export interface WordIndex {
  /** Entries in scope; filters don't count here and in `frequencies`. */
  size(): Eventually<number>
  /** Of each group of stems: entries in scope that hold any of them. */
  frequencies(groups: readonly (readonly string[])[]): Eventually<readonly number[]>
  /** Those of the stems that some entry in scope holds. */
  used(stems: readonly string[]): Eventually<ReadonlySet<string>>
  /** For each: stems in scope, or that once were, of nearly this length, at most `most` letters more or less. */
  wordsLike(asked: readonly NearStem[]): Eventually<readonly (readonly string[])[]>
  /** For each: stems in scope, or that once were, that contain this one or begin or end it. */
  wordsWith(stems: readonly string[]): Eventually<readonly (readonly string[])[]>
  /** Entries with any of the stems, best first by BM25, the newer of equals first. */
  best(stems: readonly string[], limit: number): Eventually<readonly Ranked[]>
  /** Those of the rows that are in scope and pass the filters. */
  passing(rows: readonly number[]): Eventually<ReadonlySet<number>>
  /** These entries with their neighbours, and those of the neighbours that pass the filters as entries of their own. */
  candidates(rows: readonly number[]): Eventually<readonly Candidate[]>
}

export interface NearStem {
  readonly stem: string
  readonly most: number
}
