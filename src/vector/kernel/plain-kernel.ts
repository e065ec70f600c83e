import { CODE_TAIL_BYTES, type PreparedQuery } from '../codes/codes.ts'
import type { Kernel, ScanPart, Segment, SegmentLayout } from './kernel.ts'
import { SEGMENT_BYTES } from './segment-layout.ts'
import type { TopList } from './top-list.ts'

/**
 * kernel.as in JavaScript, for machines without 128-bit SIMD. Results are bit-identical; int8 is about 50 times slower.
 */
export function createPlainKernel(): Kernel {
  const free: Segment[] = []
  let made = 0
  return {
    instructions: 'plain',
    reservedBytes: () => made * SEGMENT_BYTES,
    allocate() {
      const released = free.pop()
      if (released) return released
      made += 1
      const bytes = new Uint8Array(SEGMENT_BYTES)
      return { bytes: () => bytes }
    },
    release(segment) {
      free.push(segment)
    },
    scan(layout, query, list, nextPart) {
      const multiply = layout.kind === 'int8' ? int8Products(query) : bitProducts(query)
      for (let part = nextPart(); part; part = nextPart()) {
        scanPart(part, layout, query.factor, list, multiply)
      }
    },
  }
}

/** Integer product of the query and the row at this offset. */
type Multiply = (bytes: Uint8Array, at: number, stride: number) => number

function int8Products(query: PreparedQuery): Multiply {
  const integers = new Int16Array(query.bytes.slice().buffer)
  return (bytes, at, stride) => {
    const codes = new Int8Array(bytes.buffer, bytes.byteOffset + at, stride)
    let sum = 0
    for (let index = 0; index < stride; index += 1) {
      sum += (codes[index] ?? 0) * (integers[index] ?? 0)
    }
    return sum
  }
}

function bitProducts(query: PreparedQuery): Multiply {
  const planes = new Uint32Array(query.bytes.slice().buffer)
  return (bytes, at, stride) => {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset + at, stride / 4)
    let sum = 0
    for (let index = 0; index < words.length; index += 1) {
      const word = words[index] ?? 0
      // Four planes of 8 bytes per 8 bytes of a row.
      const plane = (index >> 1) * 8 + (index & 1)
      sum +=
        countOnes(word & (planes[plane] ?? 0)) +
        2 * countOnes(word & (planes[plane + 2] ?? 0)) +
        4 * countOnes(word & (planes[plane + 4] ?? 0)) -
        8 * countOnes(word & (planes[plane + 6] ?? 0))
    }
    return 2 * sum - query.total
  }
}

function countOnes(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

function scanPart(
  { segment, rows, firstPosition, mask }: ScanPart,
  { stride }: SegmentLayout,
  factor: number,
  list: TopList,
  multiply: Multiply,
): void {
  const bytes = segment.bytes()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let row = 0; row < rows; row += 1) {
    if (mask && (((mask[row >> 3] ?? 0) >> (row & 7)) & 1) === 0) continue
    const at = row * (stride + CODE_TAIL_BYTES)
    const tail = at + stride
    // Rounded to 32 bits after every operation, as in the kernel.
    const product = Math.fround(Math.fround(multiply(bytes, at, stride)) * factor)
    const scaled = Math.fround(product * view.getFloat32(tail, true))
    offer(list, Math.fround(scaled + view.getFloat32(tail + 4, true)), firstPosition + row)
  }
}

function offer(list: TopList, value: number, position: number): void {
  if (list.count === list.values.length) {
    if (value > (list.values[0] ?? 0)) sink(list, value, position)
    return
  }
  // A deleted row has a bonus of minus infinity.
  if (!(value > Number.NEGATIVE_INFINITY)) return
  rise(list, value, position)
  list.count += 1
}

function rise({ values, positions, count }: TopList, value: number, position: number): void {
  let at = count
  while (at > 0) {
    const parent = (at - 1) >> 1
    if ((values[parent] ?? 0) <= value) break
    values[at] = values[parent] ?? 0
    positions[at] = positions[parent] ?? 0
    at = parent
  }
  values[at] = value
  positions[at] = position
}

function sink({ values, positions, count }: TopList, value: number, position: number): void {
  let at = 0
  while (true) {
    let child = 2 * at + 1
    if (child >= count) break
    if (child + 1 < count && (values[child + 1] ?? 0) < (values[child] ?? 0)) child += 1
    if ((values[child] ?? 0) >= value) break
    values[at] = values[child] ?? 0
    positions[at] = positions[child] ?? 0
    at = child
  }
  values[at] = value
  positions[at] = position
}
