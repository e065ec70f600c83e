import type { Connection } from '../dialect.ts'
import { batches } from './batches.ts'
import type { CopyTarget } from './ends.ts'
import { makeAnew } from './make-anew.ts'
import type { Row } from './rows.ts'
import { COPIED_TABLES, type CopiedTable } from './tables.ts'
import { moveOn, type Reached } from './unfinished.ts'

/** Copies what is missing. Each batch is committed together with how far it brought the copy. */
export async function copyTables(
  source: Connection,
  { dialect, transact }: CopyTarget,
  start: Reached,
  signal: AbortSignal,
  onReached: (reached: Reached, table: CopiedTable) => void,
): Promise<void> {
  let reached = start
  for (const [number, table] of COPIED_TABLES.entries()) {
    if (number < start.table) continue
    const after = number === start.table ? start.after : null
    for await (const { rows, last } of batches(source, table, after, signal)) {
      const next: Reached = { table: number, after: last, rows: reached.rows + rows.length }
      await transact(async (trx) => {
        await moveOn(trx, reached, next)
        await insertRows(trx, table, rows)
        await makeAnew(trx, dialect, table, rows)
      })
      reached = next
      onReached(reached, table)
    }
  }
}

async function insertRows(
  trx: Connection,
  { name }: CopiedTable,
  rows: readonly Row[],
): Promise<void> {
  // The rows have the columns of that table, whichever it is.
  await trx
    .insertInto(name as 'embedding_cache')
    .values(rows as never)
    .execute()
}
