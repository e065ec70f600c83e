import { createBinaryCodes, meanOf } from './codes/binary-codes.ts'
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
export { createBinaryCodes, createInt8Codes, decodeFloat32, encodeFloat32, meanOf }

/**
 * In-memory index of one archive under one embedding model. It scans short codes of all vectors for candidates, then
 * reads and scores the stored vectors of these. It contains only the rows it is given; the caller keeps it up to date
 * with writes of all processes. Scans run in slices of a few milliseconds.
 */
export interface VectorIndex extends Pick<Rows, 'put' | 'delete' | 'has' | 'size' | 'bytes'> {
  /** `query` must be a unit vector of the codes' dimension. */
  search(query: Float32Array, search: VectorSearch): Promise<VectorAnswer>
  /** Releases the memory after running searches have finished. */
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
