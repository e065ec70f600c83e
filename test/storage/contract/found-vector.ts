import type { EmbeddingOutcome, EmbeddingTask } from '../../../src/storage/port/store.ts'

/** A unit vector that differs with the length of the text. */
function vectorOf(text: string, dimension = 4): Float32Array {
  const place = text.length % dimension
  return new Float32Array(dimension).fill(1, place, place + 1)
}

export const found = (task: EmbeddingTask, dimension?: number): EmbeddingOutcome => ({
  kind: 'vector',
  task,
  vector: vectorOf(task.text, dimension),
})
