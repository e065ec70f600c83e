import type { Timestamp } from './clock.ts'
import type { ArchiveId, FileId } from './ids.ts'

/** A document that was loaded into an archive. Its text is in the passages of that source; the disk is not read again. */
export interface LoadedFile {
  readonly id: FileId
  readonly archiveId: ArchiveId
  /** The source of its passages; no two files of an archive have the same. */
  readonly name: string
  /** The path or address that was loaded, of which it is the whole or a part; empty: it was sent. */
  readonly origin: string
  /** Null: not known. At most `LIMITS.count`. */
  readonly bytes: number | null
  /** When it was last changed where it comes from; null: not known. */
  readonly changedAt: Timestamp | null
  readonly loadedAt: Timestamp
  /** When it was found to be gone from its origin; null: it is there. */
  readonly retiredAt: Timestamp | null
  /** Why it has no text, a sentence; empty: it has. */
  readonly note: string
}
