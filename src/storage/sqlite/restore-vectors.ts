import type DatabaseHandle from 'better-sqlite3'
import { type Kysely, sql } from 'kysely'
import type { StoredVector } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import type { SalvagedTable } from './copy-table.ts'
import type { DamagedTable } from './damaged-table.ts'
import { dialect } from './dialect.ts'
import { readDamaged } from './read-damaged.ts'

/** The number of a lost entry may be given to a new one, which would then be found by the meaning of the other. */
const WITHOUT_ENTRY = sql`DELETE FROM vector WHERE row IN (
  SELECT vector.row FROM vector JOIN vector_set ON vector_set.row = set_row
  LEFT JOIN passage ON kind = 'archive' AND passage.row = entry_row
    AND passage.namespace = vector_set.namespace AND archive_id = owner_id
  LEFT JOIN message ON kind <> 'archive' AND message.row = entry_row
    AND message.namespace = vector_set.namespace AND message.agent_id = owner_id
  WHERE passage.row IS NULL AND message.row IS NULL)`

/** Copies the vectors whose set and entry are there, and which are as long as the set says, with their codes. */
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
      // Rows carry their number as `~rowid` too, which is no column.
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
  async function copyAll(): Promise<void> {
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
  }
  const isRead = await copyAll().then(
    () => true,
    () => false,
  )
  const { numAffectedRows = 0n } = await WITHOUT_ENTRY.execute(db)
  rows -= Number(numAffectedRows)
  // A set that is filled anew looks for entries without a vector.
  await db.updateTable('vector_set').set({ filled_to: '' }).execute()
  return { name: table.name, rows, lost: isRead ? lost : null }
}
