import { type RawBuilder, sql } from 'kysely'
import type { Connection, Dialect } from './dialect.ts'
import type { Scope } from './scope.ts'

/** At the end of a query whose rows of this table the transaction will change, or decide by. */
export function lockRead(
  { dialect, writes = false }: Pick<Scope, 'dialect' | 'writes'>,
  table: 'agent' | 'archive' | 'block' | 'run' | 'vector_set' | 'embedding_task',
): RawBuilder<unknown> {
  return dialect.locksRows && writes ? sql`FOR NO KEY UPDATE OF ${sql.table(table)}` : sql``
}

/** At the end of a query that chooses work: what others have chosen is passed over. */
export function lockFree(
  { locksRows }: Dialect,
  table: 'run' | 'embedding_task',
): RawBuilder<unknown> {
  return locksRows ? sql`FOR UPDATE OF ${sql.table(table)} SKIP LOCKED` : sql``
}

/** Keeps others from writing to what belongs to these, in one order for all. */
export async function lockOwners(
  { db, namespace, dialect }: Pick<Scope, 'db' | 'namespace' | 'dialect'>,
  table: 'agent' | 'archive' | 'block',
  ids: readonly string[],
): Promise<void> {
  if (!dialect.locksRows || ids.length === 0) return
  await db
    .selectFrom(table as 'agent')
    .select('id')
    .where('namespace', '=', namespace)
    .where('id', 'in', ids)
    .orderBy('id')
    .forUpdate()
    .execute()
}

/** The same for sets of vectors: of two that finish its last tasks the second sees what the first has done. */
export async function lockSets(
  db: Connection,
  { locksRows }: Dialect,
  rows: readonly number[],
): Promise<void> {
  if (!locksRows || rows.length === 0) return
  await db
    .selectFrom('vector_set')
    .select('row')
    .where('row', 'in', rows)
    .orderBy('row')
    .forNoKeyUpdate()
    .execute()
}
