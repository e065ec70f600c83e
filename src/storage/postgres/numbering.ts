import { sql } from 'kysely'
import type { NumberedTable, Numbering } from '../database/dialect.ts'

/** Each such column has a sequence of its own. */
export const postgresNumbering: Numbering = {
  async last(db, table) {
    const { rows } = await sql<{ last: number }>`
      SELECT coalesce(pg_sequence_last_value(${sequenceOf(table)}), 0) AS last`.execute(db)
    return rows[0]?.last ?? 0
  },

  async continueAfter(db, table, number) {
    await sql`SELECT setval(${sequenceOf(table)}, greatest(${number}::bigint, 1), ${number}::bigint > 0)`.execute(
      db,
    )
  },
}

function sequenceOf(table: NumberedTable) {
  const name = table === 'vector' ? 'entry_vector' : table
  return sql`pg_get_serial_sequence(${name}, 'row')::regclass`
}
