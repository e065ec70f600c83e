import type { QueryScope } from '../database/query-scope.ts'
import type { MeaningRequest, VectorProblem, VectorSet } from '../database/search-request.ts'
import type { EmbedQuery } from '../port/store.ts'

/** Sentences that say why vector search took no part. */
export const PROBLEMS: Readonly<Record<VectorProblem, string>> = {
  filling: 'Keyword results only: the vector index is still loading. Search again in a moment.',
  dimension:
    'Keyword results only: the embedding model returns vectors of another dimension than the stored ones. ' +
    'Set the embedding back to the stored dimension, or embed the memory again.',
}

/**
 * The set of each owner that answers queries: the serving one or, if none was ever complete, the newest one being
 * built.
 */
async function servingSets(
  { db, namespace }: Pick<QueryScope, 'db' | 'namespace'>,
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

/** The vector part of a search, and why some models take no part. */
export interface MeaningSearch {
  /** Undefined: keyword search only. */
  readonly request: MeaningRequest | undefined
  readonly warnings: readonly string[]
}

/**
 * Finds the vector sets of these owners and embeds the query with their models. `upTo` comes from the previous page's
 * cursor; 0: that page was found without vectors, so later pages are too.
 */
export async function searchMeaning(
  scope: Pick<QueryScope, 'db' | 'namespace'>,
  owned: { readonly kind: 'archive' | 'agent'; readonly owners: readonly string[] },
  query: string,
  embed: EmbedQuery | undefined,
  upTo: number | undefined,
): Promise<MeaningSearch> {
  if (!embed || upTo === 0) return { request: undefined, warnings: [] }
  const sets = await servingSets(scope, owned.kind, owned.owners)
  if (sets.length === 0) return { request: undefined, warnings: [] }
  const { questions, problems } = await embed([...new Set(sets.map(({ handle }) => handle))], query)
  return {
    request: questions.length === 0 ? undefined : { sets, questions, upTo },
    warnings: problems.map(
      (problem) => `Keyword results only: the query could not be embedded: ${problem}`,
    ),
  }
}
