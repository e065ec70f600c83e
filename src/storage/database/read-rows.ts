import type { Selectable } from 'kysely'
import type { TextIndex } from './dialect.ts'
import type { QueryScope } from './query-scope.ts'
import type { Database } from './schema.ts'

/**
 * Rows by number, in no order. The namespace is checked afterwards: as a condition beside a list of numbers it makes
 * SQLite read the whole namespace.
 */
export async function readRows<Table extends TextIndex>(
  { db, namespace }: Pick<QueryScope, 'db' | 'namespace'>,
  table: Table,
  numbers: readonly number[],
): Promise<readonly Selectable<Database[Table]>[]> {
  if (numbers.length === 0) return []
  const rows = await db
    .selectFrom(table as TextIndex)
    .selectAll()
    .where('row', 'in', numbers)
    .execute()
  return rows.filter((row) => row.namespace === namespace) as Selectable<Database[Table]>[]
}
