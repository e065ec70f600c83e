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
}
