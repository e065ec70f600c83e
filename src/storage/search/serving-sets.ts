import type { Scope } from '../database/scope.ts'
import type {
  MeaningRequest,
  QueryVector,
  VectorProblem,
  VectorSet,
} from '../database/search-request.ts'

/** Why vectors had no part in an answer, in sentences. */
export const PROBLEMS: Readonly<Record<VectorProblem, string>> = {
  filling:
    'Found by words alone, as vectors are still being read into memory. Search again in a moment.',
  dimension:
    'Found by words alone, as the embedding model gives vectors of another dimension than those that are stored. ' +
    'Give the embedding the dimension that it had, or embed anew.',
}

/**
 * The set of each owner that answers questions: the one that serves, or, while there was never one that was complete,
 * the newest that is being built, whose vectors are better than none.
 */
async function servingSets(
  { db, namespace }: Pick<Scope, 'db' | 'namespace'>,
  kind: 'archive' | 'agent',
  owners: readonly string[],
): Promise<readonly VectorSet[]> {
  if (owners.length === 0) return []
  const rows = await db
    .selectFrom('vector_set')
    .select(['row', 'owner_id', 'handle', 'state'])
    .where('namespace', '=', namespace)
    .where('kind', '=', kind)
    .where('owner_id', 'in', owners)
    .where('dimension', 'is not', null)
    .orderBy('row')
    .execute()
  const sets = new Map<string, VectorSet & { readonly serves: boolean }>()
  for (const { row, owner_id: owner, handle, state } of rows) {
    const serves = state === 'serving'
    if (serves || !sets.get(owner)?.serves) sets.set(owner, { row, owner, handle, serves })
  }
  return [...sets.values()].map(({ row, owner, handle }) => ({ row, owner, handle }))
}

/** Their models, each once. */
export async function handlesOf(
  scope: Pick<Scope, 'db' | 'namespace'>,
  kind: 'archive' | 'agent',
  owners: readonly string[],
): Promise<readonly string[]> {
  const sets = await servingSets(scope, kind, owners)
  return [...new Set(sets.map(({ handle }) => handle))]
}

/** `upTo`: what the page before says; 0: vectors had no part in it, and have none in those after it. */
export async function meaningOf(
  scope: Pick<Scope, 'db' | 'namespace'>,
  kind: 'archive' | 'agent',
  owners: readonly string[],
  questions: readonly QueryVector[] = [],
  upTo: number | undefined,
): Promise<MeaningRequest | undefined> {
  if (questions.length === 0 || upTo === 0) return undefined
  const sets = await servingSets(scope, kind, owners)
  return sets.length === 0 ? undefined : { sets, questions, upTo }
}
