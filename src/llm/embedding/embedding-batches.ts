import type { Embedded, EmbeddingResult } from '../embedder.ts'

/** Below Google's limit of 100 texts per call, and OpenAI's of 300,000 tokens. */
const OF_A_CALL = { texts: 64, characters: 100_000 }

/** Splits the texts into batches for one call each; a longer text is a batch of its own. */
export function toBatches(
  texts: readonly string[],
  most: typeof OF_A_CALL = OF_A_CALL,
): readonly (readonly string[])[] {
  const batches: string[][] = []
  let characters = Number.POSITIVE_INFINITY
  for (const text of texts) {
    const batch = batches.at(-1)
    if (batch && batch.length < most.texts && characters + text.length <= most.characters) {
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
