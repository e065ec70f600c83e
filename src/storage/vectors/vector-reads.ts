import type { CodesKind, StoredVectors } from '../../vector/vector-index.ts'
import type { RankedRequest } from '../database/search-request.ts'

type Eventually<T> = T | Promise<T>

/**
 * Reads of vector tables for in-memory indexes and searches. A row is the row number of an entry, a stamp that of its
 * vector.
 */
export interface VectorReads {
  /** Number of vectors in the set; stops counting at `most`. */
  count(setRow: number, most: number): Eventually<number>
  /** Dimension of the set; null: it has no vector yet, or is deleted. */
  dimension(setRow: number): Eventually<number | null>
  /** Centroid of the stored binary codes; null: none are stored. */
  centroid(setRow: number): Eventually<Float32Array | null>
  /** Stored codes after `stamp`, oldest first; one bounded batch. */
  codesAfter(kind: CodesKind, setRow: number, stamp: number): Eventually<CodeBatch>
  codesOf(kind: CodesKind, setRow: number, rows: readonly number[]): Eventually<CodeBatch>
  vectorsAfter(setRow: number, stamp: number): Eventually<readonly StampedVector[]>
  vectorsOf(setRow: number, rows: readonly number[]): Eventually<readonly StampedVector[]>
  /** Vectors sampled from the whole set. */
  sample(setRow: number, most: number): Eventually<readonly Float32Array[]>
  /** Highest stamp over all sets. */
  newest(): Eventually<number>
  /** Number of the latest deletion in any set; 0: none yet. */
  lastDeletion(): Eventually<number>
  /** One bounded batch. */
  deletionsAfter(setRow: number, number: number): Eventually<Deletions>
  /** Entries of one owner that pass the filters; undefined: more than `most`. */
  passing(
    request: RankedRequest,
    owner: string,
    most: number,
  ): Eventually<readonly number[] | undefined>
  /** Entries that the filters exclude, if they exclude few; null: use `passing` instead. */
  refused(request: RankedRequest, owner: string): Eventually<readonly number[] | null>
}

export interface CodeBatch {
  readonly rows: readonly number[]
  readonly stamps: readonly number[]
  /** Concatenated. */
  readonly codes: Uint8Array
}

export interface StampedVector {
  readonly row: number
  readonly stamp: number
  readonly vector: Float32Array
}

export interface Deletions {
  /** Entries with a deleted vector; they may have a new one by now. */
  readonly rows: readonly number[]
  /** The batch contains all deletions up to this number. */
  readonly last: number
  readonly hasMore: boolean
  /** Some deletions are no longer logged. */
  readonly isGapped: boolean
}

export function toStoredVectors(vectors: readonly StampedVector[]): StoredVectors {
  return vectors.map(({ row, vector }) => [row, vector] as const)
}
