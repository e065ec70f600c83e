import type DatabaseHandle from 'better-sqlite3'
import type { Kysely } from 'kysely'
import type { StoredVector } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import type { SalvagedTable } from './copy-table.ts'
import type { DamagedTable } from './damaged-table.ts'
import { dialect } from './dialect.ts'
import { readDamaged } from './read-damaged.ts'

/** Copies the vectors whose set is there, and which are as long as it says, with their codes. */
export async function restoreVectors(
  source: DatabaseHandle.Database,
  db: Kysely<Database>,
  table: DamagedTable,
): Promise<SalvagedTable> {
  let rows = 0
  let lost = 0
  /** One vector that does not fit the others, as one of two with a number, leaves out no other. */
  async function restore(vectors: readonly StoredVector[]): Promise<void> {
    try {
      const own = vectors.map(({ row, set_row, entry_row, vector }) => ({
        row,
        set_row,
        entry_row,
        vector,
      }))
      await db.transaction().execute((trx) => dialect.vectors.restore(trx, own))
      rows += vectors.length
    } catch {
      if (vectors.length <= 1) lost += vectors.length
      else for (const vector of vectors) await restore([vector])
    }
  }
  try {
    for (const batch of readDamaged(source, table, (numbers) => (lost += numbers))) {
      const whole = batch as unknown as readonly StoredVector[]
      const sets = await db
        .selectFrom('vector_set')
        .select(['row', 'dimension'])
        .where('row', 'in', [...new Set(whole.map(({ set_row }) => set_row))])
        .execute()
      const lengths = new Map(sets.map(({ row, dimension }) => [row, Number(dimension) * 4]))
      const fitting = whole.filter(
        ({ row, set_row, vector }) => row !== null && lengths.get(set_row) === vector?.length,
      )
      lost += whole.length - fitting.length
      await restore(fitting)
    }
  } catch {
    return { name: table.name, rows, lost: null }
  }
  return { name: table.name, rows, lost }
}
