/** How far the entries of an archive or agent are embedded by a model. */
export interface EmbeddingCounts {
  /** `provider/model`. */
  readonly handle: string
  readonly dimension: number | null
  readonly embedded: number
  readonly waiting: number
  /** Refused so often that they are left alone. */
  readonly failed: number
  /** What an index of them takes of the memory of a server that searches it, by its limit. */
  readonly indexBytes: number
  /** What stands or stood in the way of one of them. */
  readonly problem: string | null
}

/** Those of one model together; there may be some for every agent. */
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
