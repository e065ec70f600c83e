import { CODE_TAIL_BYTES, type Codes } from './codes/codes.ts'
import type { Kernel, ScanPart, Segment } from './kernel/kernel.ts'
import { layoutOf, SEGMENT_BYTES } from './kernel/segment-layout.ts'
import { createRowPositions } from './row-positions.ts'

/** Restricts the rows of a search; an absent field allows all. */
export interface RowFilter {
  /** Half-open range of stamps: `stampFrom` is included, `stampTo` is not. */
  readonly stampFrom?: number
  readonly stampBefore?: number
  /** Only these rows. */
  readonly among?: Iterable<number>
  /** Not these rows. */
  readonly except?: Iterable<number>
}

/** Row codes in the kernel's memory, each at a fixed position. */
export interface Rows {
  size(): number
  /** Number of positions ever used, holes included: the range of a scan. */
  extent(): number
  bytes(): number
  has(row: number): boolean
  /**
   * Stores concatenated codes, replacing existing codes of the same rows. A stamp is any number that a filter can use,
   * such as the order of writing.
   */
  put(rows: ArrayLike<number>, codes: Uint8Array, stamps: ArrayLike<number>): void
  delete(row: number): void
  /** null: the position is a hole. */
  rowAt(position: number): number | null
  /** The largest quantization error of any code so far. */
  residual(): number
  /** One bit per position; null: every row passes. */
  maskOf(filter: RowFilter): Uint8Array | null
  parts(mask: Uint8Array | null): IterableIterator<ScanPart>
  /** While held, no freed position is reused. */
  hold(): void
  release(): void
  /** Returns the memory to the kernel once nobody holds it. */
  clear(): void
}

/** Initial capacity. Chosen by hand. */
const FIRST_POSITIONS = 256

export function createRows(codes: Codes, kernel: Kernel): Rows {
  const layout = layoutOf(codes)
  const codeBytes = layout.stride + CODE_TAIL_BYTES
  const segments: Segment[] = []
  let numbers = new Float64Array(FIRST_POSITIONS)
  let stamps = new Float64Array(FIRST_POSITIONS)
  let positions = createRowPositions((position) => numbers[position] ?? 0)
  let extent = 0
  let size = 0
  let residual = 0
  let holders = 0
  let isUnwanted = false
  const free: number[] = []
  /** Positions freed during a search; reused afterwards. */
  const freedLately: number[] = []

  const segmentBytes = (position: number): Uint8Array => {
    const bytes = segments[Math.floor(position / layout.rows)]?.bytes()
    if (!bytes) throw new Error(`position ${position} is outside of all segments`)
    return bytes
  }
  const startOf = (position: number): number => (position % layout.rows) * codeBytes
  const take = (row: number): number => {
    const position = free.pop() ?? extent
    if (position === extent) extent += 1
    if (extent > segments.length * layout.rows) segments.push(kernel.allocate())
    if (extent > numbers.length) {
      numbers = grown(numbers)
      stamps = grown(stamps)
    }
    numbers[position] = row
    positions.add(row, position)
    size += 1
    return position
  }

  const clear = (): void => {
    for (const segment of segments.splice(0)) kernel.release(segment)
    numbers = new Float64Array(FIRST_POSITIONS)
    stamps = new Float64Array(FIRST_POSITIONS)
    positions = createRowPositions((position) => numbers[position] ?? 0)
    free.length = 0
    freedLately.length = 0
    extent = 0
    size = 0
    isUnwanted = false
  }

  return {
    size: () => size,
    extent: () => extent,
    bytes: () =>
      segments.length * SEGMENT_BYTES + numbers.byteLength + stamps.byteLength + positions.bytes(),
    has: (row) => positions.find(row) >= 0,
    put(rows, code, given) {
      if (code.byteLength !== rows.length * codeBytes) {
        throw new Error(`${code.byteLength} bytes for ${rows.length} codes of ${codeBytes} bytes`)
      }
      // Slicing a Buffer is much slower than slicing a Uint8Array.
      const plain = new Uint8Array(code.buffer, code.byteOffset, code.byteLength)
      const tails = new DataView(code.buffer, code.byteOffset, code.byteLength)
      // Consecutive positions are copied together: copying dominates the time to fill an index.
      let copied = 0
      let first = -1
      const copyUntil = (end: number): void => {
        if (end === copied) return
        segmentBytes(first).set(plain.subarray(copied * codeBytes, end * codeBytes), startOf(first))
        copied = end
      }
      for (let index = 0; index < rows.length; index += 1) {
        const row = rows[index] ?? 0
        const known = positions.find(row)
        const position = known >= 0 ? known : take(row)
        const isNext = position === first + (index - copied) && position % layout.rows !== 0
        if (!isNext) {
          copyUntil(index)
          first = position
        }
        stamps[position] = given[index] ?? 0
        const tail = index * codeBytes + layout.stride
        const left = codes.residual(tails.getFloat32(tail, true), tails.getFloat32(tail + 4, true))
        if (left > residual) residual = left
      }
      copyUntil(rows.length)
    },
    delete(row) {
      const position = positions.find(row)
      if (position < 0) return
      positions.remove(row)
      const bytes = segmentBytes(position)
      const tail = new DataView(bytes.buffer, bytes.byteOffset + startOf(position) + layout.stride)
      tail.setFloat32(0, 0, true)
      tail.setFloat32(4, Number.NEGATIVE_INFINITY, true)
      numbers[position] = Number.NaN
      ;(holders > 0 ? freedLately : free).push(position)
      size -= 1
    },
    rowAt(position) {
      const row = numbers[position] ?? Number.NaN
      return position < extent && !Number.isNaN(row) ? row : null
    },
    residual: () => residual,
    maskOf({ stampFrom, stampBefore, among, except }) {
      if (stampFrom === undefined && stampBefore === undefined && !among && !except) return null
      const from = stampFrom ?? Number.NEGATIVE_INFINITY
      const before = stampBefore ?? Number.POSITIVE_INFINITY
      const mask = new Uint8Array(Math.ceil(extent / 8))
      const markIfBetween = (position: number): void => {
        const stamp = stamps[position] ?? 0
        if (stamp < from || stamp >= before) return
        mask[position >> 3] = (mask[position >> 3] ?? 0) | (1 << (position & 7))
      }
      if (among) {
        for (const row of among) {
          const position = positions.find(row)
          if (position >= 0) markIfBetween(position)
        }
      } else {
        for (let position = 0; position < extent; position += 1) markIfBetween(position)
      }
      for (const row of except ?? []) {
        const position = positions.find(row)
        if (position >= 0) mask[position >> 3] = (mask[position >> 3] ?? 0) & ~(1 << (position & 7))
      }
      return mask
    },
    *parts(mask) {
      // Rows added during the scan lie beyond the mask and need not be found.
      const end = mask ? Math.min(extent, mask.length * 8) : extent
      for (let first = 0; first < end; first += layout.rows) {
        const segment = segments[first / layout.rows]
        if (!segment) return
        const rows = Math.min(layout.rows, end - first)
        const part = mask?.subarray(first >> 3, (first + rows + 7) >> 3) ?? null
        if (part?.every((bits) => bits === 0)) continue
        yield { segment, rows, firstPosition: first, mask: part }
      }
    },
    hold() {
      holders += 1
    },
    release() {
      holders -= 1
      if (holders > 0) return
      for (const position of freedLately.splice(0)) free.push(position)
      if (isUnwanted) clear()
    },
    clear() {
      if (holders > 0) isUnwanted = true
      else clear()
    },
  }
}

function grown(table: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.ceil((table.length * 3) / 2))
  larger.set(table)
  return larger
}
