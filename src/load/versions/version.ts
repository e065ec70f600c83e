import { type Timestamp, toTimestamp } from '../../core/clock.ts'
import type { LoadedFile } from '../../core/file.ts'

/** A file as it is loaded now, held against what an earlier load left of it. */
export interface Version {
  /** There is an earlier one, whose passages it replaces. */
  readonly replaces: boolean
  /** Its passages are new if they are later; null: all are. */
  readonly since: Timestamp | null
  /** The time of its passages. */
  readonly createdAt: Timestamp
}

export interface Meeting {
  /** The file of that name in the archive. */
  readonly known: LoadedFile | undefined
  /** A document of that name is an earlier version, and none that has more to say. */
  readonly replaces: boolean
  /** When this origin was loaded last, before this load; null: never. */
  readonly lastLoaded: Timestamp | null
  /** When the file was changed, in milliseconds since 1970. */
  readonly changedAt: number | undefined
  readonly now: number
}

/** Pure. The caller has refused files of another origin. */
export function versionOf({ known, lastLoaded, changedAt, now, ...rest }: Meeting): Version {
  const replaces = known !== undefined && rest.replaces
  const since = known ? (known.changedAt ?? known.loadedAt) : lastLoaded
  const changed = toTimestamp(Math.min(changedAt ?? now, now))
  // A file that was moved here, or put back as it was, keeps its old date, which says nothing about when it came.
  const createdAt = since !== null && changed <= since ? toTimestamp(now) : changed
  return { replaces, since, createdAt }
}

/** Whether another document has the name already, so that one would replace the other by mistake. Pure. */
export function isTaken(known: LoadedFile | undefined, origin: string): boolean {
  return known !== undefined && known.origin !== '' && known.origin !== origin
}
