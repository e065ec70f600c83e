import type { Timestamp } from './clock.ts'
import type { ArchiveId, PassageId } from './ids.ts'

/** A piece of archival memory: kept for good, outside the context, found by search. */
export interface Passage {
  readonly id: PassageId
  readonly archiveId: ArchiveId
  readonly text: string
  /** Sorted, without repeats. */
  readonly tags: readonly string[]
  /** The document or conversation it comes from; empty: none. */
  readonly source: string
  /** When it was true, as its author says; not when it was inserted. */
  readonly createdAt: Timestamp
  /** The passage that took its place; superseded ones are kept, and found only by who asks for them. */
  readonly supersededBy: PassageId | null
  /** How often agents found it by searches of their own, and when last. */
  readonly foundCount: number
  readonly lastFoundAt: Timestamp | null
}
