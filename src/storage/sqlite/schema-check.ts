import type DatabaseHandle from 'better-sqlite3'
import { assertVersion } from '../migrations/migrate.ts'
import { inOwnWords } from './driver.ts'

/**
 * Throws if the database has another schema than `known`. Call it within a write transaction, in which no other
 * connection commits. `data_version` changes with the commits of other connections, and only those migrate later on, so
 * the version is read anew after one of them. `onOthers` is called as well.
 */
export function schemaCheck(
  handle: DatabaseHandle.Database,
  known: number,
  onOthers: () => void,
): () => void {
  const commits = handle.prepare('PRAGMA data_version').pluck()
  const version = handle.prepare('SELECT version FROM schema_version').pluck()
  let seen: unknown
  return () =>
    inOwnWords(() => {
      const now = commits.get()
      if (now === seen) return
      onOthers()
      assertVersion(Number(version.get()), known)
      seen = now
    })
}
