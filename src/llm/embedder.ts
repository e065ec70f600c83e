import type { ModelFailure } from './model.ts'

/** Some models want to know what a text is for. */
export type TextPurpose = 'query' | 'passage'

export type Embedded =
  /** Of length 1. */
  | { readonly kind: 'vector'; readonly vector: Float32Array }
  /** This text has no vector, and asking again will not give it one. */
  | { readonly kind: 'refused'; readonly problem: string }

export interface EmbeddingResult {
  /** Of the first texts, in their order; of all of them unless there is a failure. */
  readonly embedded: readonly Embedded[]
  readonly failure: ModelFailure | null
}

export interface Embedder {
  /** `provider/model` or `provider/model@dimension`. */
  readonly handle: string
  /** What the order that it finds is worth beside that of words; 1: as much. */
  readonly weight: number
  /** Of every vector; null: the first answer will tell. */
  dimension(): number | null
  /** Any number of texts, in as many calls as they need. Never rejects: whatever goes wrong is the `failure`. */
  embed(
    texts: readonly string[],
    purpose: TextPurpose,
    signal: AbortSignal,
  ): Promise<EmbeddingResult>
}

export interface EmbedderRegistry {
  /** Throws a UserError when `handle` can't be that of an embedder here. Asks nobody. */
  check(handle: string): void
  /** Throws a UserError, also when its provider has no key. */
  resolve(handle: string): Embedder
}
