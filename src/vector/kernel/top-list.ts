/** The highest-scoring rows of a scan, in the kernel's format: a min-heap once it is full. */
export interface TopList {
  readonly values: Float32Array
  readonly positions: Int32Array
  count: number
}

export interface ScoredPosition {
  readonly position: number
  readonly value: number
}

export function createTopList(capacity: number): TopList {
  return { values: new Float32Array(capacity), positions: new Int32Array(capacity), count: 0 }
}

export function isFull(list: TopList): boolean {
  return list.count === list.values.length
}

/** Highest value first. */
export function toCandidates({ values, positions, count }: TopList): readonly ScoredPosition[] {
  return Array.from({ length: count }, (_, index) => ({
    position: positions[index] ?? 0,
    value: values[index] ?? 0,
  })).sort((a, b) => b.value - a.value || a.position - b.position)
}
