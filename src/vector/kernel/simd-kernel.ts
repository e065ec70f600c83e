import { IS_LITTLE_ENDIAN } from '../codes/float32.ts'
import type { Kernel, Segment } from './kernel.ts'
import { SEGMENT_BYTES } from './segment-layout.ts'

/** Addresses of a call's data outside segments; all of it fits into the first `SEGMENT_BYTES`. */
const QUERY_AT = 0
const MASK_AT = 64 * 1024
const VALUES_AT = 80 * 1024
const POSITIONS_AT = 144 * 1024

/** Page size of WebAssembly. */
const PAGE_BYTES = 64 * 1024
const PAGES_OF_A_SEGMENT = SEGMENT_BYTES / PAGE_BYTES
/** Each growth costs the same at any size, and untouched pages use no physical memory. Chosen by hand. */
const MIN_SEGMENTS = 16
const SHARE_TO_GROW = 1 / 4

interface Exports {
  scanInt8(...values: readonly number[]): number
  scanBits(...values: readonly number[]): number
}

/** The part used here; Node's types leave it to those of browsers. */
interface WebAssemblyHost {
  validate(binary: Uint8Array): boolean
  readonly Memory: new (limits: { readonly initial: number }) => WebAssemblyMemory
  readonly Module: new (binary: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer
  /** Returns the number of pages before. */
  grow(pages: number): number
}

/** null: this machine lacks WebAssembly with 128-bit SIMD, or is big-endian. */
export function createSimdKernel(binary: Uint8Array): Kernel | null {
  const host = (globalThis as { readonly WebAssembly?: WebAssemblyHost }).WebAssembly
  if (!host?.validate(binary) || !IS_LITTLE_ENDIAN) return null

  const memory = new host.Memory({ initial: SEGMENT_BYTES / PAGE_BYTES })
  const instance = new host.Instance(new host.Module(binary), { env: { memory } })
  const { scanInt8, scanBits } = instance.exports as Exports
  const free: Segment[] = []
  const addresses = new WeakMap<Segment, number>()

  const segmentAt = (address: number): Segment => {
    let view = new Uint8Array(memory.buffer, address, SEGMENT_BYTES)
    const segment: Segment = {
      bytes() {
        if (view.buffer !== memory.buffer) {
          view = new Uint8Array(memory.buffer, address, SEGMENT_BYTES)
        }
        return view
      },
    }
    addresses.set(segment, address)
    return segment
  }
  const grow = (): void => {
    const known = memory.buffer.byteLength / SEGMENT_BYTES
    const count = Math.max(MIN_SEGMENTS, Math.floor(known * SHARE_TO_GROW))
    const start = memory.grow(count * PAGES_OF_A_SEGMENT) * PAGE_BYTES
    for (let index = count - 1; index >= 0; index -= 1) {
      free.push(segmentAt(start + index * SEGMENT_BYTES))
    }
  }

  return {
    instructions: 'simd',
    reservedBytes: () => memory.buffer.byteLength,
    allocate() {
      if (free.length === 0) grow()
      const segment = free.pop()
      if (!segment) throw new Error('the memory for vectors did not grow')
      return segment
    },
    release(segment) {
      free.push(segment)
    },
    scan(layout, query, list, nextPart) {
      const bytes = new Uint8Array(memory.buffer)
      const values = new Float32Array(memory.buffer, VALUES_AT, list.values.length)
      const positions = new Int32Array(memory.buffer, POSITIONS_AT, list.positions.length)
      bytes.set(query.bytes, QUERY_AT)
      values.set(list.values)
      positions.set(list.positions)
      for (let part = nextPart(); part; part = nextPart()) {
        const address = addresses.get(part.segment) ?? 0
        if (part.mask) bytes.set(part.mask, MASK_AT)
        const rows = [address, layout.stride, part.rows, QUERY_AT]
        const rest = [
          query.factor,
          part.mask ? MASK_AT : 0,
          part.firstPosition,
          VALUES_AT,
          POSITIONS_AT,
          list.values.length,
          list.count,
        ]
        list.count =
          layout.kind === 'int8'
            ? scanInt8(...rows, ...rest)
            : scanBits(...rows, query.total, ...rest)
      }
      list.values.set(values)
      list.positions.set(positions)
    },
  }
}
