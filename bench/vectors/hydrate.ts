import { performance } from 'node:perf_hooks'
import type Database from 'better-sqlite3'
import type { CodesKind, VectorIndex } from '../../src/vector/vector-index.ts'

interface Batch {
  readonly rows: string
  readonly codes: Buffer | null
}

/** About as many bytes as can be read in one go without anybody waiting for it. */
const BATCH_BYTES = 2_000_000

/** Fills the index from a table of codes, many in one value: SQLite joins them faster than we go from row to row. */
export function hydrate(
  database: Database.Database,
  kind: CodesKind,
  index: VectorIndex,
): { readonly milliseconds: number; readonly longest: number } {
  const { size } = database
    .prepare<[], { size: number }>(`select length(code) as size from ${kind}_code limit 1`)
    .get() ?? { size: 1 }
  const select = database.prepare<[number, number], Batch>(
    `select json_group_array(row) as rows, cast(group_concat(code, '') as blob) as codes
     from (select row, code from ${kind}_code where row > ? order by row limit ?)`,
  )
  const start = performance.now()
  const most = Math.floor(BATCH_BYTES / size)
  let longest = 0
  for (let last = 0; ; ) {
    const begun = performance.now()
    const batch = select.get(last, most)
    if (!batch?.codes) break
    const rows = JSON.parse(batch.rows) as readonly number[]
    index.put(rows, batch.codes, new Float64Array(rows.length))
    last = rows.at(-1) ?? Number.POSITIVE_INFINITY
    longest = Math.max(longest, performance.now() - begun)
  }
  return { milliseconds: performance.now() - start, longest }
}
