import { createBitCodes, meanOf } from './codes/bit-codes.ts'
import type { Codes, CodesKind } from './codes/codes.ts'
import { decodeFloat32, encodeFloat32 } from './codes/float32.ts'
import { createInt8Codes } from './codes/int8-codes.ts'
import type { Kernel } from './kernel/kernel.ts'
import { createRows, type Rows } from './rows.ts'
import { searchRows, type VectorAnswer, type VectorSearch } from './search-rows.ts'

export { chooseCodes, indexBytes } from './codes/choose-codes.ts'
export { createKernel } from './kernel/create-kernel.ts'
export { mergeRanked, rankRows, type ScoredRow, type StoredVectors } from './rank-rows.ts'
export type { RowFilter } from './rows.ts'
export type { VectorAnswer, VectorSearch } from './search-rows.ts'
export { startTimeSlices, type TimeSlices } from './time-slices.ts'
export type { Codes, CodesKind, Kernel }
export { createBitCodes, createInt8Codes, decodeFloat32, encodeFloat32, meanOf }

/**
 * The resident index of one archive under one embedding model: short codes of all its vectors, scanned for candidates
 * whose vectors are then read and scored exactly. It holds what it is told; who tells it what was written, in this
 * process or another, is not its business. Scans run in slices of a few milliseconds, between which others have their turn.
 */
export interface VectorIndex extends Pick<Rows, 'put' | 'delete' | 'has' | 'size' | 'bytes'> {
  /** `query` has unit length and the dimension of the codes. */
  search(query: Float32Array, search: VectorSearch): Promise<VectorAnswer>
  /** Gives the memory back; searches under way are finished first. */
  close(): void
}

export function createVectorIndex(codes: Codes, kernel: Kernel): VectorIndex {
  const rows = createRows(codes, kernel)
  return {
    put: rows.put,
    delete: rows.delete,
    has: rows.has,
    size: rows.size,
    bytes: rows.bytes,
    async search(query, search) {
      if (query.length !== codes.dimension) {
        throw new Error(`a query of ${query.length} components in an index of ${codes.dimension}`)
      }
      rows.hold()
      try {
        return await searchRows(rows, codes, kernel, query, search)
      } finally {
        rows.release()
      }
    },
    close: rows.clear,
  }
}
