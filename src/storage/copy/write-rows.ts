import type { Selectable } from 'kysely'
import type { Connection, Dialect } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import { messageEntry, passageEntry } from '../search/reindex.ts'
import type { Row } from './rows.ts'
import type { CopiedTable } from './tables.ts'

/** Writes rows as read, together with their search index data. */
export async function writeRows(
  trx: Connection,
  dialect: Dialect,
  { name }: CopiedTable,
  rows: readonly Row[],
): Promise<void> {
  if (name === 'vector') return dialect.vectors.restore(trx, rowsOf(name, rows))
  // The rows have the columns of that table.
  await trx
    .insertInto(name as 'embedding_cache')
    .values(rows as never)
    .execute()
  if (name === 'passage') {
    await dialect.textSearch.add(trx, name, rowsOf(name, rows).map(passageEntry))
  }
  if (name === 'message') {
    const spoken = rowsOf(name, rows).filter(({ text }) => text !== '')
    await dialect.textSearch.add(trx, name, spoken.map(messageEntry))
  }
}

/** The cast is safe: the rows were read with the columns of that table. */
function rowsOf<Table extends keyof Database>(
  _table: Table,
  rows: readonly Row[],
): readonly Selectable<Database[Table]>[] {
  return rows as unknown as readonly Selectable<Database[Table]>[]
}
