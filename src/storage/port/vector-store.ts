import type { Timestamp } from '../../core/clock.ts'
import type { EmbeddingCounts } from '../../core/embedding-counts.ts'
import type { AgentId, ArchiveId } from '../../core/ids.ts'
import type { JobLease } from './job-store.ts'

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
  /** Something is embedded. */
  hasSets(): Promise<boolean>
  /** Models with tasks to claim. */
  handles(now: Timestamp): Promise<readonly string[]>
  /**
   * Takes free tasks of a model as one job, whose lease is renewed and expires like that of any job. Texts with a cached
   * vector are finished here. `progressed` without a batch: call again, there may be more.
   */
  claim(
    claim: EmbeddingClaim,
  ): Promise<{ readonly batch: EmbeddingBatch | undefined; readonly progressed: boolean }>
  /**
   * Ends the batch and stores its results; entries deleted meanwhile are skipped, and texts without a result return to
   * the queue. The first vector of a set determines its dimension. Vectors of another dimension are refused, and the set
   * pauses; returns the reason in that case. Writes nothing if another process has the batch.
   */
  finish(lease: JobLease, ending: BatchEnding): Promise<{ readonly problem: string | null }>
  /** Counts per set; counts all vectors. */
  counts(): Promise<readonly VectorSetCounts[]>
}

/** Texts under way to the model together. */
export interface EmbeddingBatch {
  readonly tasks: readonly EmbeddingTask[]
  readonly lease: JobLease
}

export interface BatchEnding {
  readonly outcomes: readonly EmbeddingOutcome[]
  /** Until when a set pauses whose vectors have another dimension. */
  readonly retryAt: Timestamp
  /** Why the others have no result. */
  readonly problem?: string
}

export interface EmbeddingClaim {
  readonly handle: string
  readonly owner: string
  readonly now: Timestamp
  readonly expiresAt: Timestamp
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
