/**
 * The vector with length 1, so that a dot product is the cosine; null: it has none, because it is empty, zero, or not
 * finite in 4-byte components.
 */
export function toUnitLength(vector: ArrayLike<number>): Float32Array | null {
  const single = Float32Array.from(vector)
  let squares = 0
  for (const component of single) squares += component * component
  const length = Math.sqrt(squares)
  if (!(length > 0 && length < Number.POSITIVE_INFINITY)) return null
  return single.map((component) => component / length)
}
