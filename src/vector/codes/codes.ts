/**
 * Quantization of vectors. A code is `stride` bytes of components followed by two 32-bit floats, the row's scale and
 * bonus; a scan estimates a row's score as `integer product * factor * scale + bonus` (kernel/kernel.as).
 */
export interface Codes {
  readonly kind: CodesKind
  readonly dimension: number
  readonly stride: number
  /** `vector` is a unit vector. */
  encode(vector: Float32Array): Uint8Array
  prepare(query: Float32Array): PreparedQuery
  /** Length of the quantization error, unless the bonus already includes it. */
  residual(scale: number, bonus: number): number
}

export type CodesKind = 'int8' | 'binary'

export interface PreparedQuery {
  /** In the kernel's format: 16-bit integers for int8, bit planes for binary quantization. */
  readonly bytes: Uint8Array
  readonly factor: number
  /** Sum of the query's integers, for binary quantization. */
  readonly total: number
  /** Added to a row's value, gives the estimate of its score. */
  readonly constant: number
  /** Upper bound of score minus estimate, for rows with an error of at most `residual`. */
  slack(residual: number): number
  /** Standard deviation of score minus estimate if errors are random; null: `slack` is as tight. */
  spread(residual: number): number | null
}

/** Scale and bonus. */
export const CODE_TAIL_BYTES = 8

export function joinCode(
  stride: number,
  codes: Uint8Array,
  scale: number,
  bonus: number,
): Uint8Array {
  const code = new Uint8Array(stride + CODE_TAIL_BYTES)
  code.set(codes)
  const tail = new DataView(code.buffer, stride)
  tail.setFloat32(0, scale, true)
  tail.setFloat32(4, bonus, true)
  return code
}

export function lengthOf(vector: ArrayLike<number>): number {
  let squares = 0
  for (let index = 0; index < vector.length; index += 1) squares += (vector[index] ?? 0) ** 2
  return Math.sqrt(squares)
}

export function maxOf(vector: Float32Array): number {
  let greatest = 0
  for (const component of vector) greatest = Math.max(greatest, Math.abs(component))
  return greatest
}

export function roundUpTo(multiple: number, value: number): number {
  return Math.ceil(value / multiple) * multiple
}
