import type { Timestamp } from './clock.ts'
import type { ArchiveId, PassageId } from './ids.ts'

/** A piece of archival memory: permanent, outside the context, found by search. */
export interface Passage {
  readonly id: PassageId
  readonly archiveId: ArchiveId
  readonly text: string
  /** Sorted, without duplicates. */
  readonly tags: readonly string[]
  /** Document or conversation that it comes from; empty: none. */
  readonly source: string
  /** When the content was true, according to its author; not the time of the insert. */
  readonly createdAt: Timestamp
  /** The passage that replaces it. Superseded passages are kept and found only on request. */
  readonly supersededBy: PassageId | null
  /** From then on it is hidden like a superseded one; null: never. */
  readonly expiresAt: Timestamp | null
  /** How often agents' own searches returned it, and when last. */
  readonly foundCount: number
  readonly lastFoundAt: Timestamp | null
}
