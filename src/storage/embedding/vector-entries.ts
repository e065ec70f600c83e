import { createHash, createHmac } from 'node:crypto'
import { expressionBuilder } from 'kysely'
import { NAMESPACE } from '../../core/namespace.ts'
import type { Connection } from '../database/dialect.ts'
import { lockSets } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import { settleSets, type VectorSetRow } from './vector-sets.ts'

/** A passage or message with its text to embed. */
export interface VectorEntry {
  readonly row: number
  readonly text: string
}

/** Without a namespace filter of its own: `textDigest` separates namespaces. */
export type VectorScope = Pick<QueryScope, 'db' | 'dialect'>

/**
 * Digest under which a text's vector is cached. It depends on the namespace: a shared cache would reveal that another
 * namespace has the same text.
 */
export function textDigest(namespace: string, text: string): string {
  // The default namespace keeps its old digests, so that earlier vectors are still found.
  const hash = namespace === NAMESPACE ? createHash('sha256') : createHmac('sha256', namespace)
  return hash.update(text).digest('hex')
}

/** Whether the owner has sets, for the query that counts its entries. */
export function hasVectorSets(kind: VectorSetRow['kind'], namespace: string, id: string) {
  const { exists, selectFrom } = expressionBuilder<Database>()
  return exists(
    selectFrom('vector_set')
      .select('vector_set.row')
      .where('vector_set.namespace', '=', namespace)
      .where('vector_set.kind', '=', kind)
      .where('vector_set.owner_id', '=', id),
  ).as('has_sets')
}

/** Gives new entries cached vectors, and tasks for the rest, in the transaction that inserts them. */
export async function embedEntries(
  scope: QueryScope,
  owner: { readonly kind: VectorSetRow['kind']; readonly id: string },
  entries: readonly VectorEntry[],
): Promise<void> {
  if (entries.length === 0) return
  const { db, namespace } = scope
  const sets = await db
    .selectFrom('vector_set')
    .selectAll()
    .where('namespace', '=', namespace)
    .where('kind', '=', owner.kind)
    .where('owner_id', '=', owner.id)
    .execute()
  for (const set of sets) await addToSet(scope, set, entries)
}

export async function addToSet(
  scope: VectorScope,
  set: VectorSetRow,
  entries: readonly VectorEntry[],
): Promise<void> {
  const unknown = await copyKnown(scope, set, entries)
  if (unknown.length === 0) return
  await scope.db
    .insertInto('embedding_task')
    .values(
      unknown.map(({ row }) => ({
        set_row: set.row,
        entry_row: row,
        retry_at: '',
        attempts: 0,
        problem: null,
        job_row: null,
      })),
    )
    .execute()
}

/** Stores cached vectors of entries; returns the entries without one. */
export async function copyKnown(
  { db, dialect }: VectorScope,
  set: VectorSetRow,
  entries: readonly VectorEntry[],
): Promise<readonly VectorEntry[]> {
  const digested = entries.map((entry) => ({
    entry,
    digest: textDigest(set.namespace, entry.text),
  }))
  const cached = await db
    .selectFrom('embedding_cache')
    .select(['digest', 'vector'])
    .where('handle', '=', set.handle)
    .where('digest', 'in', [...new Set(digested.map(({ digest }) => digest))])
    .execute()
  const dimension = set.dimension ?? (cached[0] ? dimensionOf(cached[0].vector) : null)
  const known = new Map(
    cached
      .filter(({ vector }) => dimensionOf(vector) === dimension)
      .map(({ digest, vector }) => [digest, vector]),
  )
  await dialect.vectors.insert(
    db,
    digested.flatMap(({ entry, digest }) => {
      const vector = known.get(digest)
      return vector ? [{ set_row: set.row, entry_row: entry.row, vector }] : []
    }),
  )
  if (known.size > 0 && set.dimension === null) await fixDimension(db, set.row, dimension)
  return digested.filter(({ digest }) => !known.has(digest)).map(({ entry }) => entry)
}

export async function fixDimension(
  db: Connection,
  setRow: number,
  dimension: number | null,
): Promise<void> {
  await db.updateTable('vector_set').set({ dimension }).where('row', '=', setRow).execute()
}

/** Vectors are stored as 4 bytes a component. */
function dimensionOf(vector: Uint8Array): number {
  return vector.byteLength / 4
}

/** Removes deleted entries from every set of their owner, in the same transaction. */
export async function forgetEntries(
  scope: QueryScope,
  owner: { readonly kind: VectorSetRow['kind']; readonly id: string },
  rows: readonly number[],
): Promise<void> {
  const { db, namespace, dialect } = scope
  const sets = await db
    .selectFrom('vector_set')
    .select('row')
    .where('namespace', '=', namespace)
    .where('kind', '=', owner.kind)
    .where('owner_id', '=', owner.id)
    .execute()
  const setRows = sets.map(({ row }) => row)
  if (setRows.length === 0 || rows.length === 0) return
  // Waits for workers that hold these tasks or fill these sets, so that their vectors are removed as well.
  await db
    .deleteFrom('embedding_task')
    .where('set_row', 'in', setRows)
    .where('entry_row', 'in', rows)
    .execute()
  await lockSets(db, dialect, setRows)
  await dialect.vectors.remove(db, setRows, rows)
  await settleSets(scope, setRows)
}
