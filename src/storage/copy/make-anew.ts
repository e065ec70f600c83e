import type { Selectable } from 'kysely'
import type { Connection, Dialect } from '../dialect.ts'
import { messageEntry, passageEntry } from '../reindex.ts'
import type { Database } from '../schema.ts'
import { insertCodes } from '../vectors/vector-writes.ts'
import type { Row } from './rows.ts'
import type { CopiedTable } from './tables.ts'

/** What search wants of rows that have just been written, as it is made wherever such rows are written. */
export async function makeAnew(
  trx: Connection,
  dialect: Dialect,
  { name }: CopiedTable,
  rows: readonly Row[],
): Promise<void> {
  switch (name) {
    case 'passage':
      return dialect.textSearch.add(trx, name, rowsOf(name, rows).map(passageEntry))
    case 'message': {
      const spoken = rowsOf(name, rows).filter(({ text }) => text !== '')
      return dialect.textSearch.add(trx, name, spoken.map(messageEntry))
    }
    case 'vector':
      return insertCodes(trx, rowsOf(name, rows))
    default:
  }
}

/** They were read with the columns of that table. */
function rowsOf<Table extends keyof Database>(
  _table: Table,
  rows: readonly Row[],
): readonly Selectable<Database[Table]>[] {
  return rows as unknown as readonly Selectable<Database[Table]>[]
}
