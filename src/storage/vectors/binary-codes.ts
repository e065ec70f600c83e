import {
  createBinaryCodes,
  decodeFloat32,
  encodeFloat32,
  meanOf,
} from '../../vector/vector-index.ts'
import type { Connection, StoredVector } from '../database/dialect.ts'

/**
 * The mean of this many vectors is near that of all later ones. Smaller sets have no in-memory index either. Chosen by
 * hand.
 */
const ENOUGH = 1_000
/** Vectors per batch. Chosen by hand. */
const AT_ONCE = 500

/**
 * Stores binary codes beside newly stored vectors: computing them when an index loads would mean reading all vectors.
 * The centroid stays fixed once the set has enough vectors, because a new one would invalidate all codes; an outdated
 * centroid makes codes coarser, never wrong.
 */
export async function insertBinaryCodes(
  db: Connection,
  stored: readonly StoredVector[],
): Promise<void> {
  for (const setRow of new Set(stored.map(({ set_row }) => set_row))) {
    const centroid = await centroidOf(db, setRow)
    const ofSet = stored.filter(({ set_row }) => set_row === setRow)
    if (centroid) await insert(db, centroid, ofSet)
    else if (await hasEnough(db, setRow)) await begin(db, setRow)
  }
}

async function centroidOf(db: Connection, setRow: number): Promise<Float32Array | null> {
  const found = await db
    .selectFrom('vector_middle')
    .select('vector')
    .where('set_row', '=', setRow)
    .executeTakeFirst()
  return found ? decodeFloat32(found.vector) : null
}

async function hasEnough(db: Connection, setRow: number): Promise<boolean> {
  const last = await db
    .selectFrom('vector')
    .select('row')
    .where('set_row', '=', setRow)
    .orderBy('row')
    .offset(ENOUGH - 1)
    .limit(1)
    .executeTakeFirst()
  return last !== undefined
}

async function begin(db: Connection, setRow: number): Promise<void> {
  const first = await vectorsAfter(db, setRow, 0, ENOUGH)
  const centroid = meanOf(first.map(({ vector }) => decodeFloat32(vector)))
  await db
    .insertInto('vector_middle')
    .values({ set_row: setRow, vector: encodeFloat32(centroid) })
    .execute()
  let last = 0
  while (true) {
    const some = await vectorsAfter(db, setRow, last, AT_ONCE)
    const newest = some.at(-1)
    if (!newest) return
    await insert(db, centroid, some)
    last = newest.row
  }
}

async function vectorsAfter(
  db: Connection,
  setRow: number,
  row: number,
  most: number,
): Promise<readonly StoredVector[]> {
  return db
    .selectFrom('vector')
    .selectAll()
    .where('set_row', '=', setRow)
    .where('row', '>', row)
    .orderBy('row')
    .limit(most)
    .execute()
}

async function insert(
  db: Connection,
  centroid: Float32Array,
  vectors: readonly StoredVector[],
): Promise<void> {
  const codes = createBinaryCodes(centroid)
  await db
    .insertInto('vector_bits')
    .values(
      vectors.map(({ row, set_row, entry_row, vector }) => ({
        set_row,
        row,
        entry_row,
        code: codes.encode(decodeFloat32(vector)),
      })),
    )
    .execute()
}
