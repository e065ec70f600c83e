import { type Codes, createInt8Codes, decodeFloat32 } from '../../vector/vector-index.ts'
import type { Connection } from '../dialect.ts'
import { insertBits, type StoredVector } from './vector-bits.ts'

export interface NewVector {
  readonly set_row: number
  /** `row` of the passage or message. */
  readonly entry_row: number
  /** As `encodeFloat32` makes it, of unit length. */
  readonly vector: Uint8Array
}

/** So many deletions are kept for mirrors that are behind; one that is further behind notices, and is made anew. */
const KEPT_DELETIONS = 50_000

/**
 * Stores vectors of entries that have none in that set yet; of others, the first stays. A vector is never changed where
 * it stands: by the number of its row every mirror learns of it, so what changes is removed first.
 */
export async function insertVectors(db: Connection, vectors: readonly NewVector[]): Promise<void> {
  if (vectors.length === 0) return
  const inserted = await db
    .insertInto('vector')
    .values(vectors)
    .onConflict((conflict) => conflict.columns(['set_row', 'entry_row']).doNothing())
    .returning(['row', 'set_row', 'entry_row'])
    .execute()
  if (inserted.length === 0) return
  const given = new Map(
    vectors.map(({ set_row, entry_row, vector }) => [`${set_row} ${entry_row}`, vector]),
  )
  await insertCodes(
    db,
    inserted.map((row) => ({
      ...row,
      vector: given.get(`${row.set_row} ${row.entry_row}`) ?? new Uint8Array(),
    })),
  )
}

/** What is kept beside vectors that have just been stored. */
export async function insertCodes(db: Connection, stored: readonly StoredVector[]): Promise<void> {
  const codes = new Map<number, Codes>()
  await db
    .insertInto('vector_code')
    .values(
      stored.map(({ row, set_row, entry_row, vector: bytes }) => {
        const vector = decodeFloat32(bytes)
        const coding = codes.get(vector.length) ?? createInt8Codes(vector.length)
        codes.set(vector.length, coding)
        return { row, set_row, entry_row, code: coding.encode(vector) }
      }),
    )
    .execute()
  await insertBits(db, stored)
}

/** Takes the vectors of these entries out of these sets, and out of every mirror. */
export async function removeVectors(
  db: Connection,
  setRows: readonly number[],
  entryRows: readonly number[],
): Promise<void> {
  if (setRows.length === 0 || entryRows.length === 0) return
  const removed = await db
    .deleteFrom('vector')
    .where('set_row', 'in', setRows)
    .where('entry_row', 'in', entryRows)
    .returning(['set_row', 'entry_row'])
    .execute()
  if (removed.length === 0) return
  const gone = await db.insertInto('vector_gone').values(removed).returning('row').execute()
  const newest = gone.reduce((most, { row }) => Math.max(most, row), 0)
  await db
    .deleteFrom('vector_gone')
    .where('row', '<=', newest - KEPT_DELETIONS)
    .execute()
}
