import { createBitCodes, decodeFloat32, encodeFloat32, meanOf } from '../../vector/vector-index.ts'
import type { Connection, StoredVector } from '../database/dialect.ts'

/** Their mean is near that of all that will come. Smaller sets have no mirror either. */
const ENOUGH = 1_000
const AT_ONCE = 500

/**
 * Keeps codes by bits beside vectors that have just been stored. They are made here, since whoever fills a mirror would
 * have to read all vectors for them. The middle stays what it was when the set had enough vectors for one: were it to
 * move, all codes would have to be made anew; a middle that is off makes them coarser, never wrong.
 */
export async function insertBits(db: Connection, stored: readonly StoredVector[]): Promise<void> {
  for (const setRow of new Set(stored.map(({ set_row }) => set_row))) {
    const middle = await middleOf(db, setRow)
    const ofSet = stored.filter(({ set_row }) => set_row === setRow)
    if (middle) await insert(db, middle, ofSet)
    else if (await hasEnough(db, setRow)) await begin(db, setRow)
  }
}

async function middleOf(db: Connection, setRow: number): Promise<Float32Array | null> {
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
  const middle = meanOf(first.map(({ vector }) => decodeFloat32(vector)))
  await db
    .insertInto('vector_middle')
    .values({ set_row: setRow, vector: encodeFloat32(middle) })
    .execute()
  let last = 0
  while (true) {
    const some = await vectorsAfter(db, setRow, last, AT_ONCE)
    const newest = some.at(-1)
    if (!newest) return
    await insert(db, middle, some)
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
  middle: Float32Array,
  vectors: readonly StoredVector[],
): Promise<void> {
  const codes = createBitCodes(middle)
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
