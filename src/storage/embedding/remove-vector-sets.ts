import type { QueryScope } from '../database/query-scope.ts'

/** Removes the vectors of those owners. */
export async function removeVectorSets(
  { db, namespace }: QueryScope,
  kind: 'agent' | 'archive',
  owners: readonly string[],
): Promise<void> {
  if (owners.length === 0) return
  await db
    .deleteFrom('vector_set')
    .where('namespace', '=', namespace)
    .where('kind', '=', kind)
    .where('owner_id', 'in', owners)
    .execute()
}
