import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { VECTOR_KERNEL } from '../../src/generated/vector-kernel.ts'
import { joinCode, type PreparedQuery } from '../../src/vector/codes/codes.ts'
import { createKernel } from '../../src/vector/kernel/create-kernel.ts'
import type { Kernel, SegmentLayout } from '../../src/vector/kernel/kernel.ts'
import { createPlainKernel } from '../../src/vector/kernel/plain-kernel.ts'
import { layoutOf } from '../../src/vector/kernel/segment-layout.ts'
import { createSimdKernel } from '../../src/vector/kernel/simd-kernel.ts'
import { createTopList, toCandidates } from '../../src/vector/kernel/top-list.ts'
import { createBinaryCodes, createInt8Codes } from '../../src/vector/vector-index.ts'

describe('the build of the kernel', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'recollect-kernel-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  it('makes the same bytes of the same source, each time and in the binary', () => {
    const built = ['one.ts', 'two.ts'].map((name) => {
      const file = join(directory, name)
      const { status } = spawnSync(process.execPath, ['scripts/build-kernel.mjs', '--out', file])
      expect(status).toBe(0)
      return readFileSync(file, 'utf8')
    })
    expect(built[1]).toBe(built[0])
    expect(built[0]).toContain(`'${VECTOR_KERNEL}'`)
  })

  it('is used on this machine, and a machine that does not take it gets the plain one', () => {
    expect(createKernel().instructions).toBe('simd')
    expect(createSimdKernel(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 99))).toBeNull()
  })
})

interface Scanned {
  readonly layout: SegmentLayout
  readonly codes: Uint8Array
  readonly scales: readonly number[]
  readonly bonuses: readonly number[]
  readonly query: PreparedQuery
  readonly mask: Uint8Array | null
  readonly capacity: number
}

function scanWith(kernel: Kernel, scanned: Scanned) {
  const { layout, codes, scales, bonuses, query, mask, capacity } = scanned
  const segment = kernel.allocate()
  const bytes = segment.bytes()
  scales.forEach((scale, row) => {
    const components = codes.subarray(row * layout.stride, (row + 1) * layout.stride)
    const code = joinCode(layout.stride, components, scale, bonuses[row] ?? 0)
    bytes.set(code, row * code.byteLength)
  })
  const list = createTopList(capacity)
  const parts = [{ segment, rows: scales.length, firstPosition: 7, mask }]
  kernel.scan(layout, query, list, () => parts.pop() ?? null)
  kernel.release(segment)
  return list
}

/** The values that a scan is about, counted in the plainest way. */
function naively({ layout, codes, scales, bonuses, query, mask }: Scanned) {
  const at = (row: number, index: number): number => codes[row * layout.stride + index] ?? 0
  const isSet = (bytes: Uint8Array, bit: number) => ((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1
  const integers = new Int16Array(query.bytes.slice().buffer)
  const integerOf = (row: number): number => {
    let sum = 0
    if (layout.kind === 'int8') {
      for (let index = 0; index < layout.stride; index += 1) {
        sum += ((at(row, index) << 24) >> 24) * (integers[index] ?? 0)
      }
      return sum
    }
    for (let bit = 0; bit < layout.stride * 8; bit += 1) {
      if (isSet(codes, row * layout.stride * 8 + bit) === 0) continue
      const plane = (index: number) => (Math.floor(bit / 64) * 4 + index) * 64 + (bit % 64)
      const weights = [1, 2, 4, -8]
      weights.forEach((weight, index) => {
        sum += weight * isSet(query.bytes, plane(index))
      })
    }
    return 2 * sum - query.total
  }
  return scales.flatMap((scale, row) => {
    if (mask && isSet(mask, row) === 0) return []
    const product = Math.fround(Math.fround(integerOf(row)) * query.factor)
    const value = Math.fround(Math.fround(product * scale) + (bonuses[row] ?? 0))
    return value === Number.NEGATIVE_INFINITY ? [] : [value]
  })
}

const float = fc.float({ min: -2, max: 2, noNaN: true })

const scanned: fc.Arbitrary<Scanned> = fc
  .record({
    kind: fc.constantFrom('int8', 'binary'),
    dimension: fc.integer({ min: 1, max: 200 }),
    rows: fc.integer({ min: 0, max: 60 }),
    capacity: fc.integer({ min: 1, max: 70 }),
  })
  .chain(({ kind, dimension, rows, capacity }) => {
    const codes =
      kind === 'int8' ? createInt8Codes(dimension) : createBinaryCodes(new Float32Array(dimension))
    const layout = layoutOf(codes)
    const size = { minLength: rows, maxLength: rows }
    return fc
      .record({
        codes: fc.uint8Array({ minLength: rows * layout.stride, maxLength: rows * layout.stride }),
        scales: fc.array(float, size),
        bonuses: fc.array(fc.oneof(float, fc.constant(Number.NEGATIVE_INFINITY)), size),
        vector: fc.float32Array({
          minLength: dimension,
          maxLength: dimension,
          min: -1,
          max: 1,
          noNaN: true,
        }),
        mask: fc.option(
          fc.uint8Array({ minLength: Math.ceil(rows / 8), maxLength: Math.ceil(rows / 8) }),
        ),
      })
      .map(({ vector, ...rest }) => ({
        ...rest,
        layout,
        capacity,
        // Any vector but zero; what is asked of the kernel is arithmetic.
        query: codes.prepare(vector.some((component) => component !== 0) ? vector : vector.fill(1)),
      }))
  })

describe('a scan', () => {
  it('keeps the rows of greatest value, the same with and without vector instructions', () => {
    const simd = createKernel()
    const plain = createPlainKernel()
    fc.assert(
      fc.property(scanned, (input) => {
        const fast = scanWith(simd, input)
        const slow = scanWith(plain, input)
        expect(fast).toEqual(slow)
        const expected = naively(input).sort((a, b) => b - a)
        expect(toCandidates(fast).map(({ value }) => value)).toEqual(
          expected.slice(0, input.capacity),
        )
      }),
      { numRuns: 300 },
    )
  })
})
