/** Embedding progress of an archive or agent for one model. */
export interface EmbeddingCounts {
  /** `provider/model`. */
  readonly handle: string
  readonly dimension: number | null
  readonly embedded: number
  readonly waiting: number
  /** Entries that failed too often to be retried. */
  readonly failed: number
  /** Estimated bytes of memory for their in-memory index. */
  readonly indexBytes: number
  /** The latest error of an entry that is not embedded; null: none. */
  readonly problem: string | null
}

/** Sums the counts per model. */
export function sumByModel(counts: readonly EmbeddingCounts[]): readonly EmbeddingCounts[] {
  const models = new Map<string, EmbeddingCounts>()
  for (const one of counts) {
    const sum = models.get(one.handle)
    models.set(one.handle, {
      handle: one.handle,
      dimension: one.dimension ?? sum?.dimension ?? null,
      embedded: one.embedded + (sum?.embedded ?? 0),
      waiting: one.waiting + (sum?.waiting ?? 0),
      failed: one.failed + (sum?.failed ?? 0),
      indexBytes: one.indexBytes + (sum?.indexBytes ?? 0),
      problem: one.problem ?? sum?.problem ?? null,
    })
  }
  return [...models.values()]
}
