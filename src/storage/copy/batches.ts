import { startTimeSlices } from '../../vector/time-slices.ts'
import type { Connection, Dialect } from '../database/dialect.ts'
import { bytesOf, type Key, keyOf, nextRows, type Row } from './rows.ts'
import type { CopiedTable } from './tables.ts'

/** A batch takes some milliseconds. Chosen by hand. */
const BATCH_BYTES = 1_000_000
const FIRST_ROWS = 64
const MAX_ROWS = 1_024

export interface Batch {
  readonly rows: readonly Row[]
  /** The key of its last row. */
  readonly last: Key
}

/** All rows after `after` in batches of bounded size. Yields to other work in between; `signal` cancels. */
export async function* batches(
  db: Connection,
  { vectors }: Pick<Dialect, 'vectors'>,
  table: CopiedTable,
  after: Key | null,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const slices = startTimeSlices()
  let limit = FIRST_ROWS
  for (let last = after; ; ) {
    signal.throwIfAborted()
    const rows = await nextRows(db, vectors, table, last, limit)
    const newest = rows.at(-1)
    if (!newest) return
    last = keyOf(table, newest)
    yield { rows, last }
    if (rows.length < limit) return
    limit = nextLimit(limit, bytesOf(rows))
    await slices.giveWay()
  }
}

/** Powers of two, so that few statements are prepared. */
function nextLimit(limit: number, bytes: number): number {
  if (bytes > BATCH_BYTES) return Math.max(1, limit / 2)
  return bytes < BATCH_BYTES / 2 ? Math.min(MAX_ROWS, limit * 2) : limit
}
