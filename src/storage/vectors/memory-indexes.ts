import {
  type CodesKind,
  chooseCodes,
  createKernel,
  type Kernel,
} from '../../vector/vector-index.ts'
import { chooseFirst, hasRoomForFiner } from './choose-index.ts'
import { openCodeSource } from './code-source.ts'
import { createMemoryIndex, type MemoryIndex } from './memory-index.ts'
import type { VectorReads } from './vector-reads.ts'

/** The in-memory indexes of a process, within its memory budget. */
export interface MemoryIndexes {
  /**
   * Passes the set's up-to-date index to `work` and keeps it until `work` is done. null: search the set without an
   * index. The first use fills the index.
   */
  use<T>(setRow: number, work: (index: MemoryIndex) => Promise<T>): Promise<T | null>
  readonly count: number
  bytes(): number
}

interface Resident {
  readonly index: MemoryIndex
  /** The int8 index that is loading and will replace this one. */
  finer: MemoryIndex | null
  users: number
  isUnwanted: boolean
}

export interface MemoryIndexesOptions {
  readonly reads: VectorReads
  /** Shared by all in-memory indexes; the least recently used one is evicted. */
  readonly budgetBytes: number
  /** Below this number of vectors, reading them all is as fast as an index. */
  readonly fewestRows: number
  /** From this number on int8 codes load slowly, so binary codes serve meanwhile. */
  readonly manyRows: number
}

export function createMemoryIndexes({
  reads,
  budgetBytes,
  fewestRows,
  manyRows,
}: MemoryIndexesOptions): MemoryIndexes {
  /** Least recently used first. */
  const residents = new Map<number, Resident>()
  let kernel: Kernel | undefined

  const bytes = (): number => {
    let sum = 0
    for (const { index, finer } of residents.values()) sum += index.bytes() + (finer?.bytes() ?? 0)
    return sum
  }
  const drop = (setRow: number, resident: Resident): void => {
    if (residents.get(setRow) === resident) residents.delete(setRow)
    resident.isUnwanted = true
    if (resident.users === 0) resident.index.close()
  }
  const makeRoom = (kept: Resident): void => {
    for (const [setRow, resident] of residents) {
      if (bytes() <= budgetBytes) return
      if (resident !== kept) drop(setRow, resident)
    }
  }

  async function open(setRow: number): Promise<Resident | null> {
    const dimension = await reads.dimension(setRow)
    if (dimension === null || budgetBytes <= 0) return null
    if ((await reads.count(setRow, fewestRows)) < fewestRows) return null
    const rows = await reads.count(setRow, Number.MAX_SAFE_INTEGER)
    const binaryFirst = rows >= manyRows && (await reads.centroid(setRow)) !== null
    const kind = chooseFirst({ rows, dimension }, binaryFirst, budgetBytes)
    if (!kind) return null
    const index = await create(setRow, kind, dimension)
    const known = residents.get(setRow)
    if (known) return known
    const resident = { index, finer: null, users: 0, isUnwanted: false }
    residents.set(setRow, resident)
    return resident
  }

  async function create(setRow: number, kind: CodesKind, dimension: number): Promise<MemoryIndex> {
    const source = await openCodeSource(kind, setRow, dimension, reads)
    kernel ??= createKernel()
    return createMemoryIndex({ setRow, source, kernel, reads })
  }

  /** Runs beside searches. If it fails, the next search starts it again. */
  async function refine(setRow: number, resident: Resident): Promise<void> {
    const { index } = resident
    const size = { rows: index.size(), dimension: index.dimension }
    const isBusy = resident.finer !== null || residents.get(setRow) !== resident
    if (index.kind === 'int8' || isBusy || !hasRoomForFiner(size, budgetBytes)) return
    const finer = await create(setRow, 'int8', index.dimension)
    if (resident.finer || residents.get(setRow) !== resident) return
    resident.finer = finer
    const isFilled = await finer.update().catch(() => false)
    resident.finer = null
    if (!isFilled || residents.get(setRow) !== resident) return finer.close()
    const refined = { index: finer, finer: null, users: 0, isUnwanted: false }
    drop(setRow, resident)
    residents.set(setRow, refined)
    makeRoom(refined)
  }

  async function useResident<T>(
    setRow: number,
    resident: Resident,
    work: (index: MemoryIndex) => Promise<T>,
  ): Promise<T | 'behind'> {
    const { index } = resident
    resident.users += 1
    residents.delete(setRow)
    residents.set(setRow, resident)
    try {
      if (!(await index.update())) {
        drop(setRow, resident)
        return 'behind'
      }
      const fitting = chooseCodes(index.size(), index.dimension, budgetBytes)
      if (fitting === index.kind || (fitting === 'int8' && index.kind === 'binary'))
        makeRoom(resident)
      // The index has outgrown its codes: it serves this search, and a coarser one replaces it.
      else drop(setRow, resident)
      return await work(index)
    } finally {
      resident.users -= 1
      if (resident.isUnwanted && resident.users === 0) index.close()
      else refine(setRow, resident).catch(() => undefined)
    }
  }

  return {
    async use(setRow, work) {
      while (true) {
        const resident = residents.get(setRow) ?? (await open(setRow))
        if (!resident) return null
        const result = await useResident(setRow, resident, work)
        if (result !== 'behind') return result
      }
    },
    get count() {
      return residents.size
    },
    bytes,
  }
}
