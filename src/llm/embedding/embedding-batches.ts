import type { Embedded, EmbeddingResult } from '../embedder.ts'

/** Below Google's limit of 100 texts per call. */
const MAX_TEXTS = 64
/** Below OpenAI's limit of 300,000 tokens per call. */
const MAX_CHARACTERS = 100_000

/** Splits the texts into batches for one call each. */
export function toBatches(texts: readonly string[]): readonly (readonly string[])[] {
  const batches: string[][] = []
  let characters = Number.POSITIVE_INFINITY
  for (const text of texts) {
    const batch = batches.at(-1)
    if (batch && batch.length < MAX_TEXTS && characters + text.length <= MAX_CHARACTERS) {
      batch.push(text)
      characters += text.length
    } else {
      batches.push([text])
      characters = text.length
    }
  }
  return batches
}

export function halves(texts: readonly string[]): readonly (readonly string[])[] {
  const middle = Math.ceil(texts.length / 2)
  return [texts.slice(0, middle), texts.slice(middle)]
}

/** Embeds batch after batch, up to the first failure. */
export async function embedInTurn(
  batches: readonly (readonly string[])[],
  embedBatch: (batch: readonly string[]) => Promise<EmbeddingResult>,
): Promise<EmbeddingResult> {
  const embedded: Embedded[] = []
  for (const batch of batches) {
    const result = await embedBatch(batch)
    embedded.push(...result.embedded)
    if (result.failure) return { embedded, failure: result.failure }
  }
  return { embedded, failure: null }
}

/** Vendors refuse a whole request for one empty text, so empty texts are never sent. */
export function withEmptyTexts(
  texts: readonly string[],
  embedded: readonly Embedded[],
): readonly Embedded[] {
  const all: Embedded[] = []
  let next = 0
  for (const text of texts) {
    if (text.trim() === '') {
      all.push({ kind: 'refused', problem: 'The text is empty.' })
      continue
    }
    const one = embedded[next]
    if (!one) break
    all.push(one)
    next += 1
  }
  return all
}
