import { type Codes, joinCode, lengthOf, maxOf, roundUpTo } from './codes.ts'

const MAX_CODE = 127
/** Fine enough that the query's rounding is negligible; the kernel uses 16-bit integers anyway. */
const MAX_IN_QUERY = 8191
const MAX_INTEGER = 2 ** 31 - 1
/** Exceeds the rounding error of the kernel's 32-bit floats. Chosen by hand. */
const MARGIN = 2e-6

/**
 * Scalar quantization: one byte per component and a scale per row. The bonus is the length of the rounding error, so a
 * row's value is an upper bound of its score.
 */
export function createInt8Codes(dimension: number): Codes {
  // The kernel reads 16 components at a time; the rest is zero.
  const stride = roundUpTo(16, dimension)
  const greatestInQuery = Math.min(MAX_IN_QUERY, Math.floor(MAX_INTEGER / (MAX_CODE * stride)))
  return {
    kind: 'int8',
    dimension,
    stride,
    encode(vector) {
      const scale = Math.fround(maxOf(vector) / MAX_CODE)
      const codes = new Int8Array(stride)
      let squares = 0
      // A plain loop: every stored vector passes through it.
      for (let index = 0; index < dimension; index += 1) {
        const component = vector[index] ?? 0
        const code = rounded(component, scale, MAX_CODE)
        codes[index] = code
        squares += (component - code * scale) ** 2
      }
      const left = Math.sqrt(squares) + MARGIN
      return joinCode(stride, new Uint8Array(codes.buffer), scale, left)
    },
    prepare(query) {
      const factor = Math.fround(maxOf(query) / greatestInQuery)
      const integers = new Int16Array(stride)
      const rest = new Float64Array(dimension)
      query.forEach((component, index) => {
        const integer = rounded(component, factor, greatestInQuery)
        integers[index] = integer
        rest[index] = component - integer * factor
      })
      // Rounding moves a component by at most its own size, so a coded unit vector has at most length 2.
      const slack = 2 * lengthOf(rest) + MARGIN
      return {
        bytes: new Uint8Array(integers.buffer),
        factor,
        total: 0,
        constant: 0,
        slack: () => slack,
        spread: () => null,
      }
    },
    residual: () => 0,
  }
}

function rounded(component: number, scale: number, greatest: number): number {
  const integer = Math.round(component / scale)
  return Math.max(-greatest, Math.min(greatest, integer))
}
