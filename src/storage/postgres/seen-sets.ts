import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'
import type { VectorSet } from '../database/search-request.ts'

export interface SeenSet extends VectorSet {
  /** Null: the set has no vector, or is deleted. */
  readonly dimension: number | null
  /** Number of vectors; approximate for large sets. */
  readonly size: number
  /** A usable index for its dimension exists. */
  readonly isIndexed: boolean
}

/** Reads in one query all that a search needs to know about its sets. Counting a set stops at a limit. */
export async function lookAtSets(
  db: Connection,
  sets: readonly VectorSet[],
  counted: { readonly least: number; readonly share: number },
): Promise<{
  readonly sets: readonly SeenSet[]
  /** Highest vector row. */
  readonly newest: number
  /** Approximate number of vectors in all sets. */
  readonly total: number
}> {
  const { rows } = await sql<Row>`
    WITH known AS MATERIALIZED (
      SELECT greatest(reltuples, 0)::bigint AS total,
        greatest(${counted.least}, (reltuples * ${counted.share})::bigint) + 1 AS most
      FROM pg_class WHERE oid = 'entry_vector'::regclass
    )
    SELECT
      asked.row, stored.dimension, known.total, known.most, (SELECT max(row) FROM entry_vector) AS newest,
      (SELECT count(*) FROM (
        SELECT 1 FROM entry_vector AS vectors WHERE vectors.set_row = asked.row LIMIT known.most
      ) AS counted) AS size,
      coalesce((SELECT indisvalid FROM pg_index
        WHERE indexrelid = to_regclass('entry_vector_near_' || stored.dimension)), false) AS indexed
    FROM known CROSS JOIN unnest(${sets.map(({ row }) => row)}::bigint[]) AS asked (row)
    LEFT JOIN vector_set AS stored ON stored.row = asked.row`.execute(db)
  const [some] = rows
  const seen = sets.map((set) => {
    const found = rows.find(({ row }) => row === set.row)
    const { size = 0, most = 0, total = 0 } = found ?? {}
    return {
      ...set,
      dimension: found?.dimension ?? null,
      // A set at the counting limit makes up a good part of all vectors.
      size: size < most ? size : Math.max(size, total),
      isIndexed: found?.indexed ?? false,
    }
  })
  return { sets: seen, newest: some?.newest ?? 0, total: some?.total ?? 0 }
}

interface Row {
  readonly row: number
  readonly dimension: number | null
  readonly size: number
  readonly newest: number | null
  readonly total: number
  readonly most: number
  readonly indexed: boolean
}
