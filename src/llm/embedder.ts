import type { ModelFailure } from './model.ts'

/** Some models embed queries and passages differently. */
export type TextPurpose = 'query' | 'passage'

export type Embedded =
  /** A vector of length 1. */
  | { readonly kind: 'vector'; readonly vector: Float32Array }
  /** This text has no vector, and another request will not give it one. */
  | { readonly kind: 'refused'; readonly problem: string }

export interface EmbeddingResult {
  /** Results for the first texts, in order; for all texts unless there is a failure. */
  readonly embedded: readonly Embedded[]
  readonly failure: ModelFailure | null
}

export interface Embedder {
  /** `provider/model` or `provider/model@dimension`. */
  readonly handle: string
  /** Weight of the vector ranking relative to keyword ranking; 1: equal. */
  readonly weight: number
  /** Dimension of every vector; null: not known before the first answer. */
  dimension(): number | null
  /** Embeds any number of texts, in as many calls as needed. Never rejects: an error becomes the `failure`. */
  embed(
    texts: readonly string[],
    purpose: TextPurpose,
    signal: AbortSignal,
  ): Promise<EmbeddingResult>
}

export interface EmbedderRegistry {
  /** Throws a UserError if `handle` names no possible embedder here. Makes no request. */
  check(handle: string): void
  /** Throws a UserError, also if its provider has no key. */
  resolve(handle: string): Embedder
}
