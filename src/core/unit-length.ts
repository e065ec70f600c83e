/**
 * Scales the vector to length 1, so that a dot product is the cosine. Null if that is impossible: it is empty, zero, or
 * not finite as 32-bit floats.
 */
export function toUnitLength(vector: ArrayLike<number>): Float32Array | null {
  const single = Float32Array.from(vector)
  let squares = 0
  for (const component of single) squares += component * component
  const length = Math.sqrt(squares)
  if (!(length > 0 && length < Number.POSITIVE_INFINITY)) return null
  return single.map((component) => component / length)
}
