import { type Codes, joinCode, lengthOf, roundUpTo } from './codes.ts'
import { dotProduct } from './float32.ts'

/** The query keeps 4 bits, its sign included: rows leave out enough, and a query is but one. */
const MAX_IN_QUERY = 7
const PLANES = 4
const WORD_BYTES = 8
/** More than the 4-byte arithmetic of the kernel can be off. */
const MARGIN = 1e-5

/**
 * A bit for each component: whether it is above that of `mean`, a vector near the middle of all. What the mean and a
 * row have in common is in the row's bonus, and the scale makes the estimate right on average.
 */
export function createBitCodes(mean: Float32Array): Codes {
  const dimension = mean.length
  const stride = roundUpTo(WORD_BYTES, Math.ceil(dimension / 8))
  const meanLength = lengthOf(mean)
  return {
    kind: 'bits',
    dimension,
    stride,
    encode(vector) {
      const bits = new Uint8Array(stride)
      let sum = 0
      let squares = 0
      let bonus = 0
      // A plain loop, as this is done a million times when an index is filled.
      for (let index = 0; index < dimension; index += 1) {
        const middle = mean[index] ?? 0
        const offset = (vector[index] ?? 0) - middle
        if (offset >= 0) mark(bits, index)
        sum += Math.abs(offset)
        squares += offset * offset
        bonus += offset * middle
      }
      return joinCode(stride, bits, sum > 0 ? squares / sum : 0, bonus)
    },
    prepare(query) {
      const offsets = query.map((component, index) => component - (mean[index] ?? 0))
      const greatest = offsets.reduce((most, offset) => Math.max(most, Math.abs(offset)), 0)
      const factor = Math.fround(greatest / MAX_IN_QUERY)
      const integers = Array.from(offsets, (offset) =>
        factor > 0 ? Math.round(offset / factor) : 0,
      )
      const offsetLength = lengthOf(offsets)
      const roundedOff = lengthOf(
        offsets.map((offset, index) => offset - (integers[index] ?? 0) * factor),
      )
      const lefts = (residual: number) => [
        residual * offsetLength,
        Math.hypot(residual, 1 + meanLength) * roundedOff,
      ]
      return {
        bytes: toPlanes(integers, stride),
        factor,
        total: integers.reduce((total, integer) => total + integer, 0),
        constant: dotProduct(mean, query),
        slack: (residual) => lefts(residual).reduce((total, left) => total + left, MARGIN),
        spread: (residual) => Math.hypot(...lefts(residual)) / Math.sqrt(dimension),
      }
    },
    residual(scale, bonus) {
      const offsetSquares = 1 - 2 * bonus - meanLength ** 2
      return Math.sqrt(Math.max(0, scale * scale * dimension - offsetSquares)) + MARGIN
    },
  }
}

/** Of vectors of one dimension, of which there is one at least. */
export function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) {
    for (let at = 0; at < mean.length; at += 1)
      mean[at] = (mean[at] ?? 0) + (vector[at] ?? 0) / vectors.length
  }
  return mean
}

/** For each word of a row four: the bits of weight 1, 2, 4 and -8 of the query's integers. */
function toPlanes(integers: readonly number[], stride: number): Uint8Array {
  const planes = new Uint8Array(PLANES * stride)
  integers.forEach((integer, index) => {
    const word = Math.floor(index / 64)
    for (let plane = 0; plane < PLANES; plane += 1) {
      const isSet = ((integer >> plane) & 1) === 1
      if (isSet) mark(planes, (word * PLANES + plane) * 64 + (index % 64))
    }
  })
  return planes
}

function mark(bits: Uint8Array, index: number): void {
  const at = index >> 3
  bits[at] = (bits[at] ?? 0) | (1 << (index & 7))
}
