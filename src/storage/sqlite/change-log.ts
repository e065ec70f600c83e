import type DatabaseHandle from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { changeReads } from '../changes/changes.ts'
import type { Database } from '../database/schema.ts'
import type { ChangeLog } from '../port/store.ts'

/**
 * The log of changes. `handle` belongs to a connection that only reads, so commits of this process count as those of
 * another connection; it is asked ten times a second for as long as the process lives.
 */
export function readChangeLog(
  reader: Kysely<Database>,
  handle: DatabaseHandle.Database,
): Omit<ChangeLog, 'onCommit'> {
  const read = handle.prepare('PRAGMA data_version').pluck()
  let dataVersion: unknown
  return {
    ...changeReads(reader),
    mayHaveChanged() {
      const before = dataVersion
      dataVersion = read.get()
      return dataVersion !== before
    },
    // Processes that share a file tell each other nothing.
    onNotice() {},
  }
}
