import { type Codes, joinCode, lengthOf, roundUpTo } from './codes.ts'
import { dotProduct } from './float32.ts'

/** The query is quantized to 4 bits including the sign: the rows' own error is larger, and there is only one query. */
const MAX_IN_QUERY = 7
const PLANES = 4
const WORD_BYTES = 8
/** Exceeds the rounding error of the kernel's 32-bit floats. Chosen by hand. */
const MARGIN = 1e-5

/**
 * Binary quantization: one bit per component, set if it is above the component of the centroid `mean`. The bonus holds
 * the part that the row shares with the centroid; the scale makes the estimate unbiased.
 */
export function createBinaryCodes(mean: Float32Array): Codes {
  const dimension = mean.length
  const stride = roundUpTo(WORD_BYTES, Math.ceil(dimension / 8))
  const meanLength = lengthOf(mean)
  return {
    kind: 'binary',
    dimension,
    stride,
    encode(vector) {
      const bits = new Uint8Array(stride)
      let sum = 0
      let squares = 0
      let bonus = 0
      // A plain loop: filling an index runs it a million times.
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

/** The mean of at least one vector; all have the same dimension. */
export function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) {
    for (let at = 0; at < mean.length; at += 1)
      mean[at] = (mean[at] ?? 0) + (vector[at] ?? 0) / vectors.length
  }
  return mean
}

/** Four planes per 64-bit word of a row: the query integers' bits of weight 1, 2, 4 and -8. */
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
