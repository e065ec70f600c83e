import type { Timestamp } from '../../core/clock.ts'
import type { EmbeddingCounts } from '../../core/embedding-counts.ts'
import type { AgentId, ArchiveId } from '../../core/ids.ts'

/*
 * The part of the port `store.ts` that holds vectors: which model embeds what, and what waits to be embedded. Vectors
 * belong to a set, which is all entries of one owner as one model sees them.
 */

export type VectorOwner =
  | { readonly kind: 'archive'; readonly id: ArchiveId }
  /** Its messages: those in which somebody says something, results of tools left out. */
  | { readonly kind: 'agent'; readonly id: AgentId }

export interface VectorWrites {
  /**
   * From now on the owner's entries are embedded by this model; null: by none, and its vectors go. A set that serves goes
   * on until the new one has all entries, and then leaves in the transaction in which the new one begins to serve.
   */
  embedWith(owner: VectorOwner, handle: string | null, at: Timestamp): Promise<void>
}

export interface EmbeddingTask {
  readonly row: number
  readonly text: string
  /** How often it was refused. */
  readonly attempts: number
}

export type EmbeddingOutcome =
  /** Of length 1. */
  | { readonly kind: 'vector'; readonly task: EmbeddingTask; readonly vector: Float32Array }
  /** The endpoint works and has no vector for this text. It is asked again at `retryAt`, a few times in all. */
  | {
      readonly kind: 'refused'
      readonly task: EmbeddingTask
      readonly problem: string
      readonly retryAt: Timestamp
    }

/** What waits to be embedded, of all namespaces: whoever is free works for everybody. */
export interface EmbeddingTasks {
  /**
   * Gives a set to archives that have none: by the model of the agent whose default it is, else by `fallback`. With
   * neither, an archive stays without. Returns how many it gave.
   */
  adopt(fallback: string | null, at: Timestamp): Promise<number>
  /** Models for which there is something to claim. */
  handles(now: Timestamp): Promise<readonly string[]>
  /**
   * Takes tasks of that model that nobody holds, for `owner` until `until`. Texts of which a vector is known get it here
   * and now. `progressed` without tasks: others may be there at the next call.
   */
  claim(claim: EmbeddingClaim): Promise<{
    readonly tasks: readonly EmbeddingTask[]
    readonly progressed: boolean
  }>
  /** Goes on holding them. */
  renew(owner: string, tasks: readonly EmbeddingTask[], until: Timestamp): Promise<void>
  /**
   * Stores what was found out. Entries that are gone by now are passed over. The first vector of a set gives it its
   * dimension; vectors of another one are refused, and the set waits until `retryAt`. Returns why, if that happened.
   */
  finish(
    outcomes: readonly EmbeddingOutcome[],
    retryAt: Timestamp,
  ): Promise<{ readonly problem: string | null }>
  /** Gives them back, with what stood in the way, for whoever comes next. */
  release(owner: string, tasks: readonly EmbeddingTask[], problem: string): Promise<void>
  /** All that hold something. */
  owners(): Promise<readonly string[]>
  /** Lets go of everything that `owner` holds. */
  abandon(owner: string): Promise<void>
  /** Of every set. Counts all vectors there are. */
  counts(): Promise<readonly VectorSetCounts[]>
}

export interface EmbeddingClaim {
  readonly handle: string
  readonly owner: string
  readonly now: Timestamp
  readonly until: Timestamp
  readonly mostTasks: number
  /** Of all texts together; one text is taken however long it is. */
  readonly mostCharacters: number
}

export interface VectorSetCounts extends EmbeddingCounts {
  readonly namespace: string
  readonly kind: VectorOwner['kind']
  readonly ownerId: string
  readonly state: 'building' | 'serving'
}
