/** How the vector of a text comes from those of its tokens. */
export type Pooling = 'mean' | 'cls' | 'last'

/** Numbers of a tensor, row by row. */
export interface Numbers {
  readonly data: ArrayLike<number | bigint>
  readonly dims: readonly number[]
}

/**
 * One vector for each text: of `hidden`, which has text × token × dimension, those tokens for which `mask` has no 0. A
 * tensor of text × dimension is pooled already. Pure.
 */
export function pool(hidden: Numbers, mask: Numbers, pooling: Pooling): readonly Float32Array[] {
  const [texts = 0, tokens = 0, dimension] = hidden.dims
  if (dimension === undefined) {
    return Array.from({ length: texts }, (_, text) => row(hidden, text * tokens, tokens))
  }
  return Array.from({ length: texts }, (_, text) => {
    const all = Array.from({ length: tokens }, (_, token) => text * tokens + token)
    const kept = all.filter((token) => Number(mask.data[token]) !== 0)
    const chosen = pooling === 'mean' ? kept : kept.slice(pooling === 'cls' ? 0 : -1).slice(0, 1)
    const sum = new Float32Array(dimension)
    for (const token of chosen) {
      for (const [index, component] of row(hidden, token * dimension, dimension).entries()) {
        sum[index] = (sum[index] ?? 0) + component / chosen.length
      }
    }
    return sum
  })
}

function row({ data }: Numbers, start: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Number(data[start + index]))
}
