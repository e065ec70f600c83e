import { sql } from 'kysely'
import type { Dialect } from '../database/dialect.ts'
import { sqliteNumbering } from './numbering.ts'
import { createTextSearch } from './text-search.ts'
import { sqliteVectors } from './vector-tables.ts'

export const dialect: Dialect = {
  textSearch: createTextSearch(),
  vectors: sqliteVectors,
  rowNumber: sql`INTEGER PRIMARY KEY AUTOINCREMENT`,
  withoutRows: sql`WITHOUT ROWID`,
  bytes: sql`BLOB`,
  numbering: sqliteNumbering,
  changeOrder: sql``,
  changeBefore: sql`seq - 1`,
  record: (values) =>
    sql`json_object(${sql.join(values.flatMap(([name, value]) => [sql.lit(name), value]))})`,
  texts: (text, order) => sql`json_group_array(${text} ORDER BY ${order})`,
  listed: (json) => sql`(SELECT value FROM json_each(${json}))`,
  lower: (text) => sql<string>`lower(${text})`,
  locksRows: false,
}
