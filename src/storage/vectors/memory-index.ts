import {
  type CodesKind,
  createVectorIndex,
  type Kernel,
  startTimeSlices,
  type TimeSlices,
  type VectorAnswer,
  type VectorSearch,
} from '../../vector/vector-index.ts'
import { createMutex } from '../database/mutex.ts'
import type { CodeSource } from './code-source.ts'
import { toStoredVectors, type VectorReads } from './vector-reads.ts'

/** In-memory index of one vector set, updated with writes of all processes. */
export interface MemoryIndex {
  readonly kind: CodesKind
  readonly dimension: number
  size(): number
  bytes(): number
  /**
   * Applies everything committed before the call. False: needed deletions are no longer logged, so the index must be
   * rebuilt.
   */
  update(): Promise<boolean>
  search(query: Float32Array, search: Omit<VectorSearch, 'fetch'>): Promise<VectorAnswer>
  close(): void
}

export interface MemoryIndexOptions {
  readonly setRow: number
  readonly source: CodeSource
  readonly kernel: Kernel
  readonly reads: VectorReads
}

/**
 * The database numbers vectors in insertion order. In SQLite, with one writer at a time, that is also commit order, so
 * a reader that has seen number n misses nothing below n. (With concurrent writers lower numbers may commit later; an
 * in-memory index of PostgreSQL would have to stop at the oldest running transaction, `pg_snapshot_xmin`.)
 */
export function createMemoryIndex({
  setRow,
  source,
  kernel,
  reads,
}: MemoryIndexOptions): MemoryIndex {
  const { codes } = source
  const index = createVectorIndex(codes, kernel)
  const mutex = createMutex()
  let lastStamp = 0
  let lastDeletion: number | undefined

  /**
   * A deletion log entry only says that an entry changed: it may have a new vector by now. So its current vector is
   * read; later changes leave later log entries.
   */
  async function takeDeletions(slices: TimeSlices): Promise<boolean> {
    lastDeletion ??= await reads.lastDeletion()
    while (true) {
      const { rows, last, hasMore, isGapped } = await reads.deletionsAfter(setRow, lastDeletion)
      if (isGapped) return false
      if (rows.length > 0) {
        const present = await source.of(rows)
        for (const row of rows) index.delete(row)
        index.put(present.rows, present.codes, present.stamps)
      }
      lastDeletion = last
      if (!hasMore) return true
      await slices.giveWay()
    }
  }

  async function takeOver(): Promise<boolean> {
    const slices = startTimeSlices()
    if (!(await takeDeletions(slices))) return false
    while (true) {
      const batch = await source.after(lastStamp)
      const newest = batch.stamps.at(-1)
      if (newest === undefined) return true
      index.put(batch.rows, batch.codes, batch.stamps)
      lastStamp = newest
      await slices.giveWay()
    }
  }

  return {
    kind: codes.kind,
    dimension: codes.dimension,
    size: index.size,
    bytes: index.bytes,
    async update() {
      await mutex.lock()
      try {
        return await takeOver()
      } finally {
        mutex.unlock()
      }
    },
    search: (query, search) =>
      index.search(query, {
        ...search,
        fetch: async (rows) => toStoredVectors(await reads.vectorsOf(setRow, rows)),
      }),
    close: index.close,
  }
}
