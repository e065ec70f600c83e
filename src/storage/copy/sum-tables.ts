import type { Connection, Dialect } from '../database/dialect.ts'
import { batches } from './batches.ts'
import { createRowSum, type Sums, type TableSum } from './sum-rows.ts'
import { COPIED_TABLES } from './tables.ts'

/** Reads everything that is copied once. */
export async function sumTables(
  db: Connection,
  dialect: Dialect,
  signal: AbortSignal,
  onRows: (count: number) => void,
): Promise<Sums> {
  const sums: [name: string, sum: TableSum][] = []
  for (const table of COPIED_TABLES) {
    const { add, sum } = createRowSum()
    for await (const { rows } of batches(db, dialect, table, null, signal)) {
      add(rows)
      onRows(rows.length)
    }
    sums.push([table.name, sum()])
  }
  return Object.fromEntries(sums)
}

export function totalRows(sums: Sums): number {
  return Object.values(sums).reduce((total, { rows }) => total + rows, 0)
}

/** Tables whose rows differ between source and copy. */
export function differences(source: Sums, copy: Sums): readonly string[] {
  return Object.entries(source).flatMap(([name, { rows, checksum }]) => {
    const found = copy[name]
    if (found?.rows !== rows) return [`${name} (${found?.rows ?? 0} rows instead of ${rows})`]
    return found.checksum === checksum ? [] : [`${name} (other contents)`]
  })
}
