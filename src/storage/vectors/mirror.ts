import {
  type Codes,
  type CodesKind,
  createBitCodes,
  createInt8Codes,
  createVectorIndex,
  type Kernel,
  startTimeSlices,
  type TimeSlices,
  type VectorAnswer,
  type VectorSearch,
} from '../../vector/vector-index.ts'
import { createMutex } from '../mutex.ts'
import {
  type CodeBatch,
  type StampedVector,
  toStoredVectors,
  type VectorReads,
} from './vector-reads.ts'

/** The resident index of one set, which follows what any process stores and deletes. */
export interface Mirror {
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

export interface MirrorOptions {
  readonly setRow: number
  readonly codes: Codes
  readonly kernel: Kernel
  readonly reads: VectorReads
}

/** Enough for a mean; which rows they are hardly matters. */
const MEAN_OF = 1_000

export async function codesFor(
  kind: CodesKind,
  setRow: number,
  dimension: number,
  reads: VectorReads,
): Promise<Codes> {
  if (kind === 'int8') return createInt8Codes(dimension)
  const sample = await reads.sample(setRow, MEAN_OF)
  const mean = new Float32Array(dimension)
  for (const vector of sample) {
    for (let at = 0; at < dimension; at += 1)
      mean[at] = (mean[at] ?? 0) + (vector[at] ?? 0) / sample.length
  }
  return createBitCodes(mean)
}

/**
 * Vectors are numbered by the database in the order in which they are stored. With SQLite that is the order in which
 * they are committed too, as there is one write lock, so whoever has read up to a number misses nothing below it.
 * (Where several write at once, numbers below one that is seen may be committed later: a mirror of PostgreSQL has to
 * stop before the oldest transaction under way, `pg_snapshot_xmin`.)
 */
export function createMirror({ setRow, codes, kernel, reads }: MirrorOptions): Mirror {
  const index = createVectorIndex(codes, kernel)
  const mutex = createMutex()
  let lastStamp = 0
  let lastDeletion: number | undefined

  const encode = (vectors: readonly StampedVector[]): CodeBatch => ({
    rows: vectors.map(({ row }) => row),
    stamps: vectors.map(({ stamp }) => stamp),
    codes: Buffer.concat(vectors.map(({ vector }) => codes.encode(vector))),
  })
  const isInt8 = codes.kind === 'int8'
  const readAfter = async (stamp: number): Promise<CodeBatch> =>
    isInt8 ? reads.codesAfter(setRow, stamp) : encode(await reads.vectorsAfter(setRow, stamp))
  const readOf = async (rows: readonly number[]): Promise<CodeBatch> =>
    isInt8 ? reads.codesOf(setRow, rows) : encode(await reads.vectorsOf(setRow, rows))

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
        const present = await readOf(rows)
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
      const batch = await readAfter(lastStamp)
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
