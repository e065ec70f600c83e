import { type RawBuilder, sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/*
 * Binary quantization: a bit per component, set if it is above the set's centroid. Codes are so short that comparing
 * all of a set takes milliseconds; the nearest are then scored exactly.
 */

/** The mean of this many vectors is near that of all later ones. Chosen by hand. */
const ENOUGH = 1_000

export async function createCentroids(db: Connection): Promise<void> {
  await sql`CREATE TABLE entry_middle (
    set_row BIGINT PRIMARY KEY REFERENCES vector_set (row) ON DELETE CASCADE,
    vector VECTOR NOT NULL
  )`.execute(db)
}

/** Null if the set has no centroid yet. */
export function binaryCodeOf(vector: RawBuilder<unknown>, setRow: RawBuilder<unknown>) {
  return sql`(SELECT binary_quantize(${vector} - centroid.vector) FROM entry_middle AS centroid WHERE centroid.set_row = ${setRow})`
}

/**
 * Computes the centroid of those sets that have enough vectors by now, and their binary codes. A vector stored by a
 * concurrent transaction may stay without a code; searches treat it as near.
 */
export async function beginBinaryCodes(db: Connection, setRows: readonly number[]): Promise<void> {
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
      UPDATE entry_vector SET bits = ${binaryCodeOf(sql`entry_vector.vector`, sql`entry_vector.set_row`)}
      WHERE set_row = ${row}`.execute(db)
  }
}
