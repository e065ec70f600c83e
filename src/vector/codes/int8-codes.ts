import { type Codes, greatestOf, joinCode, lengthOf, roundUpTo } from './codes.ts'

const MAX_CODE = 127
/** Fine enough that the query's own rounding does not count; the kernel widens to 2-byte integers anyway. */
const MAX_IN_QUERY = 8191
const MAX_INTEGER = 2 ** 31 - 1
/** More than the 4-byte arithmetic of the kernel can be off. */
const MARGIN = 2e-6

/**
 * A byte for each component, with a scale for each row. The bonus is the length of what rounding left out, so a row's
 * value is an upper bound of its score, whichever row it is.
 */
export function createInt8Codes(dimension: number): Codes {
  // The kernel reads 16 at a time; the rest is zeros.
  const stride = roundUpTo(16, dimension)
  const greatestInQuery = Math.min(MAX_IN_QUERY, Math.floor(MAX_INTEGER / (MAX_CODE * stride)))
  return {
    kind: 'int8',
    dimension,
    stride,
    encode(vector) {
      const scale = Math.fround(greatestOf(vector) / MAX_CODE)
      const codes = new Int8Array(stride)
      let squares = 0
      // A plain loop, as every vector that is stored comes this way.
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
      const factor = Math.fround(greatestOf(query) / greatestInQuery)
      const integers = new Int16Array(stride)
      const rest = new Float64Array(dimension)
      query.forEach((component, index) => {
        const integer = rounded(component, factor, greatestInQuery)
        integers[index] = integer
        rest[index] = component - integer * factor
      })
      // Rounding never moves a component by more than its size, so a coded unit vector is at most 2 long.
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
