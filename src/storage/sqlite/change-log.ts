import type DatabaseHandle from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { changeReads } from '../changes/changes.ts'
import type { Database } from '../database/schema.ts'
import type { ChangeLog } from '../port/store.ts'

/**
 * The change log. `handle` is a read-only connection, so commits of this process appear as those of another connection.
 * Called about ten times a second for the process's lifetime.
 */
export function readChangeLog(
  reader: Kysely<Database>,
  handle: DatabaseHandle.Database,
): Omit<ChangeLog, 'onCommit'> {
  const read = handle.prepare('PRAGMA data_version').pluck()
  let dataVersion: unknown
  return {
    ...changeReads(reader),
    isInOrder: true,
    mayHaveChanged() {
      const before = dataVersion
      dataVersion = read.get()
      return dataVersion !== before
    },
    // Processes that share a file have no notices; they poll.
    onNotice() {},
  }
}
