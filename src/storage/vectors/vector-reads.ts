import type { CodesKind, StoredVectors } from '../../vector/vector-index.ts'
import type { RankedRequest } from '../database/search-request.ts'

type Eventually<T> = T | Promise<T>

/** What in-memory indexes and searches read of the tables of vectors. Rows are those of entries, stamps those of their vectors. */
export interface VectorReads {
  /** Of vectors in the set; counting ends at `most`. */
  count(setRow: number, most: number): Eventually<number>
  /** Of the set; null: it has none yet, or is gone. */
  dimension(setRow: number): Eventually<number | null>
  /** Around which codes by bits are kept; null: none are. */
  centroid(setRow: number): Eventually<Float32Array | null>
  /** Kept codes of what was stored after `stamp`, in that order, and not more than are read in a moment. */
  codesAfter(kind: CodesKind, setRow: number, stamp: number): Eventually<CodeBatch>
  codesOf(kind: CodesKind, setRow: number, rows: readonly number[]): Eventually<CodeBatch>
  vectorsAfter(setRow: number, stamp: number): Eventually<readonly StampedVector[]>
  vectorsOf(setRow: number, rows: readonly number[]): Eventually<readonly StampedVector[]>
  /** Some from all over the set. */
  sample(setRow: number, most: number): Eventually<readonly Float32Array[]>
  /** The stamp of the newest vector of all. */
  newest(): Eventually<number>
  /** The number of the newest deletion in any set, 0 before the first. */
  lastDeletion(): Eventually<number>
  /** Not more than are looked at in a moment. */
  deletionsAfter(setRow: number, number: number): Eventually<Deletions>
  /** The entries of one owner that a request may find; undefined: more than `most`. */
  passing(
    request: RankedRequest,
    owner: string,
    most: number,
  ): Eventually<readonly number[] | undefined>
  /** Entries that it may not find, where it may find most; null: it asks for so much that `passing` is the way. */
  refused(request: RankedRequest, owner: string): Eventually<readonly number[] | null>
}

export interface CodeBatch {
  readonly rows: readonly number[]
  readonly stamps: readonly number[]
  /** One after another. */
  readonly codes: Uint8Array
}

export interface StampedVector {
  readonly row: number
  readonly stamp: number
  readonly vector: Float32Array
}

export interface Deletions {
  /** Their entries may have got a new vector since. */
  readonly rows: readonly number[]
  /** All deletions up to this one are among them. */
  readonly last: number
  readonly hasMore: boolean
  /** Some of them are not known any more. */
  readonly isGapped: boolean
}

export function toStoredVectors(vectors: readonly StampedVector[]): StoredVectors {
  return vectors.map(({ row, vector }) => [row, vector] as const)
}
