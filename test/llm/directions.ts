import type { Embedded } from '../../src/llm/embedder.ts'

/** The number in a text is the direction of its vector, three long. */
export function vectorOf(text: string): readonly number[] {
  const number = Number(/-?\d+/.exec(text)?.[0] ?? 1)
  return [3 * Math.cos(number), 3 * Math.sin(number), 0, 0]
}

export function directionOf(embedded: Embedded | undefined): number | string {
  if (embedded?.kind !== 'vector') return embedded?.problem ?? 'nothing'
  const [x = 0, y = 0] = embedded.vector
  return Math.round(Math.atan2(y, x) * 1_000) / 1_000
}
