import type { CodesKind, PreparedQuery } from '../codes/codes.ts'
import type { TopList } from './top-list.ts'

/** Codes one after another, as `codes.ts` has them, in `SEGMENT_BYTES` of the kernel's memory. */
export interface SegmentLayout {
  readonly kind: CodesKind
  readonly stride: number
  /** A multiple of 8, so that a mask can be cut between segments. */
  readonly rows: number
}

export interface Segment {
  /** To be asked for again after any `allocate`: the memory may have moved. */
  bytes(): Uint8Array
}

export interface ScanPart {
  readonly segment: Segment
  readonly rows: number
  /** Of its first row, in the whole. */
  readonly firstPosition: number
  /** A bit for each row, the lowest first; null: all rows. */
  readonly mask: Uint8Array | null
}

export interface Kernel {
  readonly instructions: 'simd' | 'plain'
  /** Memory taken from the machine; what was released is kept for the next `allocate`. */
  reservedBytes(): number
  allocate(): Segment
  release(segment: Segment): void
  /** Adds the rows of one part after the other, until there is none, to the list. */
  scan(
    layout: SegmentLayout,
    query: PreparedQuery,
    list: TopList,
    nextPart: () => ScanPart | null,
  ): void
}
