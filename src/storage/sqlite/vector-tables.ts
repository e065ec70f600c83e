import { sql } from 'kysely'
import { type Codes, createInt8Codes, decodeFloat32 } from '../../vector/vector-index.ts'
import type { Connection, NewVector, StoredVector, VectorTables } from '../database/dialect.ts'
import { insertBinaryCodes } from '../vectors/binary-codes.ts'

/** Stored vectors, their codes, and a log of deletions for the in-memory indexes of all processes. */
export const sqliteVectors: VectorTables = { create, insert, remove, read, restore }

/** Length of the deletion log; an in-memory index that is further behind is rebuilt. Chosen by hand. */
const KEPT_DELETIONS = 50_000

async function create(db: Connection): Promise<void> {
  const statements = [
    sql`CREATE TABLE vector (
      row INTEGER PRIMARY KEY AUTOINCREMENT, set_row INTEGER NOT NULL, entry_row INTEGER NOT NULL, vector BLOB NOT NULL,
      UNIQUE (set_row, entry_row),
      FOREIGN KEY (set_row) REFERENCES vector_set (row) ON DELETE CASCADE
    )`,
    sql`CREATE UNIQUE INDEX vector_set_row ON vector (set_row, row)`,
    sql`CREATE TABLE vector_code (
      row INTEGER PRIMARY KEY, set_row INTEGER NOT NULL, entry_row INTEGER NOT NULL, code BLOB NOT NULL,
      FOREIGN KEY (row) REFERENCES vector (row) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX vector_code_set ON vector_code (set_row, row)`,
    sql`CREATE TABLE vector_middle (
      set_row INTEGER PRIMARY KEY, vector BLOB NOT NULL,
      FOREIGN KEY (set_row) REFERENCES vector_set (row) ON DELETE CASCADE
    )`,
    sql`CREATE TABLE vector_bits (
      set_row INTEGER NOT NULL, row INTEGER NOT NULL, entry_row INTEGER NOT NULL, code BLOB NOT NULL,
      PRIMARY KEY (set_row, row),
      FOREIGN KEY (set_row, row) REFERENCES vector (set_row, row) ON DELETE CASCADE
    ) WITHOUT ROWID`,
    sql`CREATE TABLE vector_gone (
      row INTEGER PRIMARY KEY AUTOINCREMENT, set_row INTEGER NOT NULL, entry_row INTEGER NOT NULL,
      FOREIGN KEY (set_row) REFERENCES vector_set (row) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX vector_gone_set ON vector_gone (set_row, row)`,
  ]
  for (const statement of statements) await statement.execute(db)
}

/**
 * A vector is never updated in place: in-memory indexes learn of changes by row number, so a changed vector is removed
 * first.
 */
async function insert(db: Connection, vectors: readonly NewVector[]): Promise<void> {
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

/** Stores derived data of newly stored vectors. */
async function insertCodes(db: Connection, stored: readonly StoredVector[]): Promise<void> {
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
  await insertBinaryCodes(db, stored)
}

async function remove(
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

async function read(
  db: Connection,
  after: number,
  limit: number,
): Promise<readonly StoredVector[]> {
  return db
    .selectFrom('vector')
    .select(['row', 'set_row', 'entry_row', 'vector'])
    .where('row', '>', after)
    .orderBy('row')
    .limit(limit)
    .execute()
}

async function restore(db: Connection, vectors: readonly StoredVector[]): Promise<void> {
  if (vectors.length === 0) return
  await db.insertInto('vector').values(vectors).execute()
  await insertCodes(db, vectors)
}
