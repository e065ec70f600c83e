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

/** The resident index of one set, which follows what any process stores and deletes. */
export interface MemoryIndex {
  readonly kind: CodesKind
  readonly dimension: number
  size(): number
  bytes(): number
  /**
   * Takes over everything that was committed before it was called. False: deletions are not known any more that it
   * would need, so it has to be made anew.
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
 * Vectors are numbered by the database in the order in which they are stored. With SQLite that is the order in which
 * they are committed too, as there is one write lock, so whoever has read up to a number misses nothing below it.
 * (Where several write at once, numbers below one that is seen may be committed later: an in-memory index of PostgreSQL has to
 * stop before the oldest transaction under way, `pg_snapshot_xmin`.)
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
   * A deletion says only that something happened to an entry, which may have a new vector by now, known here already
   * or not. So what there is of it now is read, whatever was known; what happens later leaves a later trace.
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
