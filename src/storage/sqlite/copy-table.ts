import type DatabaseHandle from 'better-sqlite3'
import type { DamagedRow, DamagedTable } from './damaged-table.ts'
import { readDamaged } from './read-damaged.ts'

export interface SalvagedTable {
  readonly name: string
  readonly rows: number
  /** Row numbers that can't be read, so an upper bound of lost rows; null: nothing of the table can be read. */
  readonly lost: number | null
}

/** Copies the rows of a damaged table as they are. */
export function copyTable(
  source: DatabaseHandle.Database,
  target: DatabaseHandle.Database,
  table: DamagedTable,
): SalvagedTable {
  const columns = table.columns.map(({ name }) => `"${name}"`).join(', ')
  // Only a damaged table has two rows with one key; either is as good.
  const statement = target.prepare(
    `INSERT OR IGNORE INTO "${table.name}" (${columns}) VALUES (${table.columns.map(() => '?').join(', ')})`,
  )
  const insert = (row: DamagedRow) =>
    statement.run(...table.columns.map(({ name }) => row[name])).changes
  /** A row whose number another has is the same one, or one of two with a wrong number. */
  const insertAnyhow = (row: DamagedRow) =>
    insert(row) || (table.number === undefined ? 0 : insert({ ...row, [table.number]: null }))
  let rows = 0
  let lost = 0
  try {
    for (const batch of readDamaged(source, table, (numbers) => (lost += numbers))) {
      for (const row of batch) {
        try {
          rows += insertAnyhow(row)
        } catch {
          // A value that the column rejects was never stored by Recollect.
          lost += 1
        }
      }
    }
  } catch {
    return { name: table.name, rows, lost: null }
  }
  return { name: table.name, rows, lost }
}
