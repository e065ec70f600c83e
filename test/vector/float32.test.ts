import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toUnitLength } from '../../src/core/unit-length.ts'
import { decodeFloat32, encodeFloat32 } from '../../src/vector/vector-index.ts'

it('a vector is stored as little-endian floats and read from wherever it begins', () => {
  expect(encodeFloat32(Float32Array.of(1, -2))).toEqual(Uint8Array.of(0, 0, 128, 63, 0, 0, 0, 192))
  fc.assert(
    fc.property(
      fc.float32Array({ noNaN: true }),
      fc.integer({ min: 0, max: 7 }),
      (vector, from) => {
        const stored = new Uint8Array([...new Uint8Array(from), ...encodeFloat32(vector)])
        expect(decodeFloat32(stored.subarray(from))).toEqual(vector)
      },
    ),
  )
  expect(() => decodeFloat32(new Uint8Array(7))).toThrow('7 bytes')
})

it.each([
  ['zeros', [0, 0, 0]],
  ['nothing', []],
  ['not a number', [1, Number.NaN]],
  ['infinity', [Number.POSITIVE_INFINITY, 1]],
  ['more than four bytes hold', [1e39, 1]],
  ['less than four bytes hold', [1e-60, 0]],
])('a vector of %s has no direction', (_what, vector) => {
  expect(toUnitLength(vector)).toBeNull()
})

it('any other vector gets the length 1', () => {
  expect(toUnitLength([3, 4])).toEqual(Float32Array.of(0.6, 0.8))
  expect(toUnitLength([1e38, 1e38])?.[0]).toBeCloseTo(Math.SQRT1_2)
  expect(toUnitLength([1e-44, 0])?.[0]).toBe(1)
})
