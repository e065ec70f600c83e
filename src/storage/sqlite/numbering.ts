import { sql } from 'kysely'
import type { Numbering } from '../database/dialect.ts'

/** SQLite keeps the highest number of each AUTOINCREMENT table in `sqlite_sequence`, from the first row on. */
export const sqliteNumbering: Numbering = {
  async last(db, table) {
    const { rows } = await sql<{ seq: number }>`
      SELECT seq FROM sqlite_sequence WHERE name = ${table}`.execute(db)
    return rows[0]?.seq ?? 0
  },

  async continueAfter(db, table, number) {
    await sql`DELETE FROM sqlite_sequence WHERE name = ${table}`.execute(db)
    await sql`INSERT INTO sqlite_sequence (name, seq) VALUES (${table}, ${number})`.execute(db)
  },
}
