import type { Selectable } from 'kysely'
import type { Connection } from '../database/dialect.ts'
import { lockOwners, lockSets } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { VectorWrites } from '../port/vector-store.ts'

export type VectorSetRow = Selectable<Database['vector_set']>

/** Attempts before a refused text is given up. Chosen by hand. */
export const MAX_ATTEMPTS = 5

export function vectorWrites(scope: QueryScope): VectorWrites {
  const { db, namespace } = scope
  return {
    async embedWith({ kind, id }, handle, at) {
      await lockOwners(scope, kind, [id])
      const sets = await db
        .selectFrom('vector_set')
        .select(['row', 'handle', 'state'])
        .where('namespace', '=', namespace)
        .where('kind', '=', kind)
        .where('owner_id', '=', id)
        .execute()
      const wanted = sets.find((set) => set.handle === handle)
      const stays = (set: (typeof sets)[number]) =>
        set === wanted ||
        (handle !== null && wanted?.state !== 'serving' && set.state === 'serving')
      await dropSets(
        db,
        sets.filter((set) => !stays(set)).map(({ row }) => row),
      )
      if (handle !== null && !wanted) {
        await makeSet(db, { namespace, kind, owner_id: id, handle, created_at: at })
      }
    },
  }
}

/** Creates an empty set; existing entries are added in the background. */
export async function makeSet(
  db: Connection,
  set: Pick<VectorSetRow, 'namespace' | 'kind' | 'owner_id' | 'handle' | 'created_at'>,
): Promise<void> {
  await db
    .insertInto('vector_set')
    .values({ ...set, dimension: null, state: 'building', filled_to: '' })
    .execute()
}

export async function dropSets(db: Connection, rows: readonly number[]): Promise<void> {
  if (rows.length > 0) await db.deleteFrom('vector_set').where('row', 'in', rows).execute()
}

/** Makes complete sets serve, and deletes the sets that they replace. */
export async function settleSets(
  { db, dialect }: Pick<QueryScope, 'db' | 'dialect'>,
  rows: readonly number[],
): Promise<void> {
  if (rows.length === 0) return
  await lockSets(db, dialect, rows)
  const ready = await db
    .updateTable('vector_set')
    .set({ state: 'serving' })
    .where('row', 'in', rows)
    .where('state', '=', 'building')
    .where('filled_to', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('embedding_task')
            .select('embedding_task.row')
            .whereRef('set_row', '=', 'vector_set.row')
            .where('attempts', '<', MAX_ATTEMPTS),
        ),
      ),
    )
    .returning(['row', 'namespace', 'kind', 'owner_id'])
    .execute()
  for (const set of ready) {
    await db
      .deleteFrom('vector_set')
      .where('namespace', '=', set.namespace)
      .where('kind', '=', set.kind)
      .where('owner_id', '=', set.owner_id)
      .where('row', '<>', set.row)
      .execute()
  }
}
