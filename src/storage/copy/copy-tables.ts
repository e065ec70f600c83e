import type { Connection } from '../database/dialect.ts'
import { batches } from './batches.ts'
import type { CopySource, CopyTarget } from './ends.ts'
import { COPIED_TABLES, type CopiedTable } from './tables.ts'
import { moveOn, type Reached } from './unfinished.ts'
import { writeRows } from './write-rows.ts'

/** Copies the missing rows. Each batch is committed together with the progress. */
export async function copyTables(
  from: Connection,
  source: CopySource,
  { dialect, transact }: CopyTarget,
  start: Reached,
  signal: AbortSignal,
  onReached: (reached: Reached, table: CopiedTable) => void,
): Promise<void> {
  let reached = start
  for (const [number, table] of COPIED_TABLES.entries()) {
    if (number < start.table) continue
    const after = number === start.table ? start.after : null
    for await (const { rows, last } of batches(from, source.dialect, table, after, signal)) {
      const next: Reached = { table: number, after: last, rows: reached.rows + rows.length }
      await transact(async (trx) => {
        await moveOn(trx, reached, next)
        await writeRows(trx, dialect, table, rows)
      })
      reached = next
      onReached(reached, table)
    }
  }
}
