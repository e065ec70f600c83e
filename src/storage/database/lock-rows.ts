import { type RawBuilder, sql } from 'kysely'
import type { Connection, Dialect } from './dialect.ts'
import type { QueryScope } from './query-scope.ts'

export type LockedTable =
  | 'agent'
  | 'archive'
  | 'block'
  | 'conversation'
  | 'lease'
  | 'run'
  | 'tool'
  | 'vector_set'
  | 'embedding_task'
  | 'job'

/** Locks rows of these tables that the transaction will change or decide by. Append it to the query. */
export function lockRead(
  { dialect, writes = false }: Pick<QueryScope, 'dialect' | 'writes'>,
  ...tables: readonly LockedTable[]
): RawBuilder<unknown> {
  if (!dialect.locksRows || !writes) return sql``
  return sql`FOR NO KEY UPDATE OF ${sql.join(tables.map((table) => sql.table(table)))}`
}

/** For queries that choose work: skips rows that others have locked (SKIP LOCKED). */
export function lockFree(
  { locksRows }: Dialect,
  table: 'run' | 'embedding_task' | 'job',
): RawBuilder<unknown> {
  return locksRows ? sql`FOR UPDATE OF ${sql.table(table)} SKIP LOCKED` : sql``
}

/** Locks these rows against other writers, in a fixed order to avoid deadlocks. */
export async function lockOwners(
  { db, namespace, dialect }: Pick<QueryScope, 'db' | 'namespace' | 'dialect'>,
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

/**
 * The same for vector sets: of two transactions that finish a set's last tasks, the second sees the work of the first.
 */
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
