import { UserError } from '../core/errors.ts'
import type { Embedder, EmbedderRegistry } from '../llm/embedder.ts'
import type { EmbeddedQuestion, QueryVector } from '../storage/port/store.ts'

/**
 * Embeds a search query; never rejects. Concurrent requests of one namespace for the same query share one model call.
 * Namespaces share nothing, so response times reveal nothing about each other's queries.
 */
export type EmbedQuestion = (
  namespace: string,
  handles: readonly string[],
  text: string,
) => Promise<EmbeddedQuestion>

/** Time that a search waits for an embedding endpoint. Chosen by hand. */
const PATIENCE_MILLISECONDS = 2_000
const MAX_KEPT = 200
/** In UTF-16 code units. The rest of a longer query hardly changes its vector. Chosen by hand. */
const MAX_UNITS = 4_000

export function createEmbedQuestion(embedders: EmbedderRegistry): EmbedQuestion {
  const resolved = new Map<string, Embedder>()
  /** Least recently used first. */
  const kept = new Map<string, Promise<QueryVector>>()

  async function embed(handle: string, text: string): Promise<QueryVector> {
    const embedder = resolved.get(handle) ?? embedders.resolve(handle)
    resolved.set(handle, embedder)
    const limit = AbortSignal.timeout(PATIENCE_MILLISECONDS)
    const { embedded, failure } = await embedder.embed([text], 'query', limit)
    const [first] = embedded
    if (first?.kind === 'vector') return { handle, vector: first.vector, weight: embedder.weight }
    if (limit.aborted) {
      const seconds = PATIENCE_MILLISECONDS / 1_000
      throw new UserError(
        'model_unavailable',
        `${handle} did not answer within ${seconds} seconds.`,
      )
    }
    const problem = first?.problem ?? failure?.message ?? `${handle} gave no vector.`
    throw new UserError('model_unavailable', problem)
  }

  function ask(namespace: string, handle: string, text: string): Promise<QueryVector> {
    const key = `${namespace} ${handle} ${text}`
    const known = kept.get(key)
    const asked = known ?? embed(handle, text)
    kept.delete(key)
    kept.set(key, asked)
    const [oldest] = kept.keys()
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
    if (!known) asked.catch(() => kept.delete(key))
    return asked
  }

  return async (namespace, handles, text) => {
    const question = text.slice(0, MAX_UNITS)
    const asked = await Promise.allSettled(
      handles.map((handle) => ask(namespace, handle, question)),
    )
    return {
      questions: asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
      problems: asked.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : [])),
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
