import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { Kysely } from 'kysely'
import { load } from 'sqlite-vec'
import type { Database } from '../../src/storage/database/schema.ts'
import { sqliteDialect } from '../../src/storage/sqlite/driver.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { sqliteVectors } from '../../src/storage/sqlite/vector-tables.ts'
import { dotProduct } from '../../src/vector/codes/float32.ts'
import { encodeFloat32 } from '../../src/vector/vector-index.ts'

export interface CollectionOptions {
  readonly directory: string
  readonly dimension: number
  /** Whose nearest rows are noted while rows are added. */
  readonly queries: readonly Float32Array[]
  readonly limit: number
  /** Also for vec0, and in memory. */
  readonly withRivals: boolean
}

const ROWS_PER_TRANSACTION = 1_000
export const SET = 1

/** Vectors in a database of Recollect, as one set, and in one of vec0. */
export async function createCollection(options: CollectionOptions) {
  const { directory, dimension, queries, limit, withRivals } = options
  const file = join(directory, 'recollect.db')
  await (await openSqlite(file)).close()
  const database = new DatabaseHandle(file)
  database.pragma('synchronous = OFF')
  database
    .prepare(
      `insert into vector_set (row, namespace, kind, owner_id, handle, dimension, state, created_at)
       values (?, 'default', 'archive', 'bench', 'bench/made-up', ?, 'serving', '')`,
    )
    .run(SET, dimension)
  const rivals = new DatabaseHandle(join(directory, 'vec0.db'))
  load(rivals)
  rivals.pragma('journal_mode = WAL')
  rivals.pragma('synchronous = OFF')
  rivals.exec(
    `create virtual table vec0 using vec0(value float[${dimension}] distance_metric=cosine)`,
  )
  const db = new Kysely<Database>({ dialect: sqliteDialect(database) })
  const insertVec0 = rivals.prepare('insert into vec0 (rowid, value) values (?, ?)')
  const selectVec0 = rivals.prepare<[Uint8Array, number], { readonly rowid: number }>(
    'select rowid from vec0 where value match ? and k = ? order by distance',
  )
  const kept: (readonly [number, Float32Array])[] = []
  const nearest = queries.map(() => [] as { row: number; score: number }[])
  let pending: { readonly row: number; readonly stored: Uint8Array }[] = []

  async function finish(): Promise<void> {
    const added = pending
    pending = []
    await db.transaction().execute((trx) =>
      sqliteVectors.insert(
        trx,
        added.map(({ row, stored }) => ({ set_row: SET, entry_row: row, vector: stored })),
      ),
    )
    if (!withRivals) return
    rivals.exec('begin')
    for (const { row, stored } of added) insertVec0.run(BigInt(row), stored)
    rivals.exec('commit')
  }

  return {
    database,
    async add(row: number, vector: Float32Array): Promise<void> {
      pending.push({ row, stored: encodeFloat32(vector) })
      if (withRivals) kept.push([row, vector])
      for (const [index, query] of queries.entries()) {
        const found = nearest[index] ?? []
        const score = dotProduct(query, vector)
        if (found.length === limit && score <= (found.at(-1)?.score ?? 0)) continue
        found.push({ row, score })
        found.sort((a, b) => b.score - a.score)
        found.length = Math.min(found.length, limit)
      }
      if (pending.length === ROWS_PER_TRANSACTION) await finish()
    },
    finish,
    nearest: () => nearest.map((found) => found.map(({ row }) => row)),
    inMemory: () => kept,
    vec0: (query: Float32Array) =>
      selectVec0.all(encodeFloat32(query), limit).map(({ rowid }) => Number(rowid)),
    close(): void {
      database.close()
      rivals.close()
    },
  }
}
