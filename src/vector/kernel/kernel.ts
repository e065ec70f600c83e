import type { CodesKind, PreparedQuery } from '../codes/codes.ts'
import type { TopList } from './top-list.ts'

/** Codes in sequence, in the format of `codes.ts`, within `SEGMENT_BYTES` of kernel memory. */
export interface SegmentLayout {
  readonly kind: CodesKind
  readonly stride: number
  /** A multiple of 8, so that a mask splits at segment borders. */
  readonly rows: number
}

export interface Segment {
  /** Call it again after any `allocate`: the memory may have moved. */
  bytes(): Uint8Array
}

export interface ScanPart {
  readonly segment: Segment
  readonly rows: number
  /** Position of its first row in the whole index. */
  readonly firstPosition: number
  /** One bit per row, lowest first; null: all rows. */
  readonly mask: Uint8Array | null
}

export interface Kernel {
  readonly instructions: 'simd' | 'plain'
  /** Memory taken from the operating system. Released segments are kept for the next `allocate`. */
  reservedBytes(): number
  allocate(): Segment
  release(segment: Segment): void
  /** Scans parts until `nextPart` returns null, and adds their best rows to `list`. */
  scan(
    layout: SegmentLayout,
    query: PreparedQuery,
    list: TopList,
    nextPart: () => ScanPart | null,
  ): void
}
