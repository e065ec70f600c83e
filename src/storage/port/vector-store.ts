import type { Timestamp } from '../../core/clock.ts'
import type { EmbeddingCounts } from '../../core/embedding-counts.ts'
import type { AgentId, ArchiveId } from '../../core/ids.ts'

/*
 * The part of the port `store.ts` for vectors: embedding models and tasks. A vector set holds all entries of one owner
 * under one embedding model.
 */

export type VectorOwner =
  | { readonly kind: 'archive'; readonly id: ArchiveId }
  /** The agent's messages with spoken text, without tool results. */
  | { readonly kind: 'agent'; readonly id: AgentId }

export interface VectorWrites {
  /**
   * Embeds the owner's entries with this model from now on; null: with none, and its vectors are deleted. The serving
   * set serves until the new one is complete, and is replaced in one transaction.
   */
  embedWith(owner: VectorOwner, handle: string | null, at: Timestamp): Promise<void>
}

export interface EmbeddingTask {
  readonly row: number
  readonly text: string
  /** Failed attempts. */
  readonly attempts: number
}

export type EmbeddingOutcome =
  /** Unit length. */
  | { readonly kind: 'vector'; readonly task: EmbeddingTask; readonly vector: Float32Array }
  /** The endpoint works but can't embed this text. Retried at `retryAt`, a few times in all. */
  | {
      readonly kind: 'refused'
      readonly task: EmbeddingTask
      readonly problem: string
      readonly retryAt: Timestamp
    }

/** Texts waiting to be embedded, of all namespaces: a free worker takes tasks of any. */
export interface EmbeddingTasks {
  /**
   * Gives a vector set to archives without one: with the model of the agent whose default archive it is, else
   * `fallback`. With neither, the archive stays without. Returns the number of new sets.
   */
  adopt(fallback: string | null, at: Timestamp): Promise<number>
  /** Models with tasks to claim. */
  handles(now: Timestamp): Promise<readonly string[]>
  /**
   * Claims free tasks of a model for `owner` until `until`. Texts with a cached vector are finished here. `progressed`
   * without tasks: call again, there may be more.
   */
  claim(claim: EmbeddingClaim): Promise<{
    readonly tasks: readonly EmbeddingTask[]
    readonly progressed: boolean
  }>
  /** Extends the claims. */
  renew(owner: string, tasks: readonly EmbeddingTask[], until: Timestamp): Promise<void>
  /**
   * Stores results; entries deleted meanwhile are skipped. The first vector of a set determines its dimension. Vectors
   * of another dimension are refused, and the set pauses until `retryAt`; returns the reason in that case.
   */
  finish(
    outcomes: readonly EmbeddingOutcome[],
    retryAt: Timestamp,
  ): Promise<{ readonly problem: string | null }>
  /** Returns tasks to the queue, with the problem that occurred. */
  release(owner: string, tasks: readonly EmbeddingTask[], problem: string): Promise<void>
  /** All processes with claims. */
  owners(): Promise<readonly string[]>
  /** Releases all claims of `owner`. */
  abandon(owner: string): Promise<void>
  /** Counts per set; counts all vectors. */
  counts(): Promise<readonly VectorSetCounts[]>
}

export interface EmbeddingClaim {
  readonly handle: string
  readonly owner: string
  readonly now: Timestamp
  readonly until: Timestamp
  readonly mostTasks: number
  /** Sum over all texts; at least one text is claimed, however long. */
  readonly mostCharacters: number
}

export interface VectorSetCounts extends EmbeddingCounts {
  readonly namespace: string
  readonly kind: VectorOwner['kind']
  readonly ownerId: string
  readonly state: 'building' | 'serving'
}
