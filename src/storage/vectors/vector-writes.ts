import { createInt8Codes, encodeFloat32 } from '../../vector/vector-index.ts'
import type { Connection } from '../dialect.ts'

export interface NewVector {
  readonly setRow: number
  /** `row` of the passage or message. */
  readonly entryRow: number
  /** Of unit length. */
  readonly vector: Float32Array
}

/**
 * So many deletions are kept for mirrors that are behind. One that is further behind notices, and is made anew.
 */
const KEPT_DELETIONS = 50_000

/**
 * Stores vectors, each in place of the one that its entry had in that set. A vector is never changed where it stands:
 * it gets a new row, by which every mirror learns of it.
 */
export async function putVectors(db: Connection, vectors: readonly NewVector[]): Promise<void> {
  for (const { setRow, entryRow, vector } of vectors) {
    await db
      .deleteFrom('vector')
      .where('set_row', '=', setRow)
      .where('entry_row', '=', entryRow)
      .execute()
    const { row } = await db
      .insertInto('vector')
      .values({ set_row: setRow, entry_row: entryRow, vector: encodeFloat32(vector) })
      .returning('row')
      .executeTakeFirstOrThrow()
    const code = codesOf(vector.length).encode(vector)
    await db
      .insertInto('vector_code')
      .values({ row, set_row: setRow, entry_row: entryRow, code })
      .execute()
  }
}

/** Takes the vectors of these entries out of the set, for all mirrors. Those that have none don't matter. */
export async function removeVectors(
  db: Connection,
  setRow: number,
  entryRows: readonly number[],
): Promise<void> {
  if (entryRows.length === 0) return
  const removed = await db
    .deleteFrom('vector')
    .where('set_row', '=', setRow)
    .where('entry_row', 'in', entryRows)
    .returning('entry_row')
    .execute()
  if (removed.length === 0) return
  const gone = await db
    .insertInto('vector_gone')
    .values(removed.map(({ entry_row }) => ({ set_row: setRow, entry_row })))
    .returning('row')
    .execute()
  const newest = Math.max(...gone.map(({ row }) => row))
  await db
    .deleteFrom('vector_gone')
    .where('row', '<=', newest - KEPT_DELETIONS)
    .execute()
}

const codes = new Map<number, ReturnType<typeof createInt8Codes>>()

function codesOf(dimension: number) {
  const known = codes.get(dimension) ?? createInt8Codes(dimension)
  codes.set(dimension, known)
  return known
}
