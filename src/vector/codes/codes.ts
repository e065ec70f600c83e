/**
 * How vectors are kept short. A code is `stride` bytes of components and two 4-byte floats, the row's scale and its
 * bonus; a scan values a row as `integer product * factor * scale + bonus` (kernel/kernel.as).
 */
export interface Codes {
  readonly kind: CodesKind
  readonly dimension: number
  readonly stride: number
  /** Of a unit vector. */
  encode(vector: Float32Array): Uint8Array
  prepare(query: Float32Array): PreparedQuery
  /** What the code leaves out of the vector: its length, where the bonus does not count it in already. */
  residual(scale: number, bonus: number): number
}

export type CodesKind = 'int8' | 'bits'

export interface PreparedQuery {
  /** As the kernel reads it: 2-byte integers for int8, planes of bits for bits. */
  readonly bytes: Uint8Array
  readonly factor: number
  /** Of the integers of a query by bits. */
  readonly total: number
  /** A row's value and this make the estimate of its score. */
  readonly constant: number
  /** No score is above its estimate by more than this, in rows that leave out at most `residual`. */
  slack(residual: number): number
  /** The standard deviation of score minus estimate, were what is left out random; null: `slack` is as tight. */
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

export function greatestOf(vector: Float32Array): number {
  let greatest = 0
  for (const component of vector) greatest = Math.max(greatest, Math.abs(component))
  return greatest
}

export function roundUpTo(multiple: number, value: number): number {
  return Math.ceil(value / multiple) * multiple
}
