import { type RawBuilder, sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/*
 * A bit for each component of a vector: whether it lies above the centroid of the first vectors of its set. So short that
 * all of a set are compared in milliseconds; what comes out nearest is scored by its components.
 */

/** Their mean is near that of all that will come. */
const ENOUGH = 1_000

export async function createBits(db: Connection): Promise<void> {
  await sql`CREATE TABLE entry_middle (
    set_row BIGINT PRIMARY KEY REFERENCES vector_set (row) ON DELETE CASCADE,
    vector VECTOR NOT NULL
  )`.execute(db)
}

/** Null where the set has no centroid yet. */
export function bitsOf(vector: RawBuilder<unknown>, setRow: RawBuilder<unknown>) {
  return sql`(SELECT binary_quantize(${vector} - centroid.vector) FROM entry_middle AS centroid WHERE centroid.set_row = ${setRow})`
}

/**
 * Gives a centroid to those of the sets that have enough vectors by now, and bits to these. A vector that another
 * transaction stores at the same time may stay without, and counts as near then.
 */
export async function beginBits(db: Connection, setRows: readonly number[]): Promise<void> {
  const { rows } = await sql<{ row: number }>`
    SELECT asked.row FROM unnest(${[...new Set(setRows)]}::bigint[]) AS asked (row)
    WHERE NOT EXISTS (SELECT 1 FROM entry_middle AS centroid WHERE centroid.set_row = asked.row)
      AND (SELECT count(*) FROM (
        SELECT 1 FROM entry_vector AS stored WHERE stored.set_row = asked.row LIMIT ${ENOUGH}
      ) AS counted) = ${ENOUGH}`.execute(db)
  for (const { row } of rows) {
    await sql`
      INSERT INTO entry_middle (set_row, vector)
      SELECT ${row}::bigint, avg(first.vector) FROM (
        SELECT vector FROM entry_vector WHERE set_row = ${row} ORDER BY entry_row LIMIT ${ENOUGH}
      ) AS first
      ON CONFLICT DO NOTHING`.execute(db)
    await sql`
      UPDATE entry_vector SET bits = ${bitsOf(sql`entry_vector.vector`, sql`entry_vector.set_row`)}
      WHERE set_row = ${row}`.execute(db)
  }
}
