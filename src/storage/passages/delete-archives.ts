import type { QueryScope } from '../database/query-scope.ts'
import { removeVectorSets } from '../embedding/remove-vector-sets.ts'
import { passageEntry } from '../search/reindex.ts'
import { passageScope } from '../search/search-scope.ts'

/** Deletes archives with their passages. The caller has locked them. Returns how many there were. */
export async function deleteArchives(scope: QueryScope, ids: readonly string[]): Promise<number> {
  const { db, namespace, dialect } = scope
  if (ids.length === 0) return 0
  await dialect.textSearch.forget(
    db,
    ids.flatMap((id) => [false, true].map((superseded) => passageScope(namespace, id, superseded))),
  )
  const passages = await db
    .selectFrom('passage')
    .select(['row', 'namespace', 'archive_id', 'superseded_by', 'text'])
    .where('namespace', '=', namespace)
    .where('archive_id', 'in', ids)
    .execute()
  await dialect.textSearch.remove(db, 'passage', passages.map(passageEntry))
  await removeVectorSets(scope, 'archive', ids)
  const { numDeletedRows } = await db
    .deleteFrom('archive')
    .where('namespace', '=', namespace)
    .where('id', 'in', ids)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
