import { chooseCodes, createKernel, type Kernel } from '../../vector/vector-index.ts'
import { openCodeSource } from './code-source.ts'
import { createMirror, type Mirror } from './mirror.ts'
import type { VectorReads } from './vector-reads.ts'

/** The mirrors of a process, within its memory for them. */
export interface Mirrors {
  /**
   * Gives the set's mirror, brought up to date, to `work`, and keeps it until that is done. null: it is to be searched
   * without one. The first use of a mirror fills it.
   */
  use<T>(setRow: number, work: (mirror: Mirror) => Promise<T>): Promise<T | null>
  readonly count: number
  bytes(): number
}

/** A set that is being filled shall not outgrow its mirror at once. */
const ROOM_TO_GROW = 1.1

interface Resident {
  readonly mirror: Mirror
  users: number
  isUnwanted: boolean
}

export interface MirrorsOptions {
  readonly reads: VectorReads
  /** For all mirrors together; the one that was used least lately makes room. */
  readonly budgetBytes: number
  /** Of fewer vectors, reading them all is as fast as searching codes of them. */
  readonly fewestRows: number
}

export function createMirrors({ reads, budgetBytes, fewestRows }: MirrorsOptions): Mirrors {
  /** The one that was used last stands last. */
  const residents = new Map<number, Resident>()
  let kernel: Kernel | undefined

  const bytes = (): number => {
    let sum = 0
    for (const { mirror } of residents.values()) sum += mirror.bytes()
    return sum
  }
  const drop = (setRow: number, resident: Resident): void => {
    if (residents.get(setRow) === resident) residents.delete(setRow)
    resident.isUnwanted = true
    if (resident.users === 0) resident.mirror.close()
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
    const kind = chooseCodes(rows * ROOM_TO_GROW, dimension, budgetBytes)
    if (!kind) return null
    const source = await openCodeSource(kind, setRow, dimension, reads)
    const known = residents.get(setRow)
    if (known) return known
    kernel ??= createKernel()
    const mirror = createMirror({ setRow, source, kernel, reads })
    const resident = { mirror, users: 0, isUnwanted: false }
    residents.set(setRow, resident)
    return resident
  }

  async function useResident<T>(
    setRow: number,
    resident: Resident,
    work: (mirror: Mirror) => Promise<T>,
  ): Promise<T | 'behind'> {
    const { mirror } = resident
    resident.users += 1
    residents.delete(setRow)
    residents.set(setRow, resident)
    try {
      if (!(await mirror.update())) {
        drop(setRow, resident)
        return 'behind'
      }
      const fitting = chooseCodes(mirror.size(), mirror.dimension, budgetBytes)
      if (fitting === mirror.kind || (fitting === 'int8' && mirror.kind === 'bits'))
        makeRoom(resident)
      // It has outgrown its codes: it serves this once, and coarser ones will take its place.
      else drop(setRow, resident)
      return await work(mirror)
    } finally {
      resident.users -= 1
      if (resident.isUnwanted && resident.users === 0) mirror.close()
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
