import { join } from 'node:path'
import Database from 'better-sqlite3'
import { load } from 'sqlite-vec'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { dotProduct } from '../../src/vector/float32.ts'
import { createInt8Codes, encodeFloat32 } from '../../src/vector/vector-index.ts'

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
  const database = new Database(file)
  database.pragma('synchronous = OFF')
  database
    .prepare(
      `insert into vector_set (row, namespace, kind, owner_id, handle, dimension, state, created_at)
       values (?, 'default', 'archive', 'bench', 'bench/made-up', ?, 'serving', '')`,
    )
    .run(SET, dimension)
  const rivals = new Database(join(directory, 'vec0.db'))
  load(rivals)
  rivals.pragma('journal_mode = WAL')
  rivals.pragma('synchronous = OFF')
  rivals.exec(
    `create virtual table vec0 using vec0(value float[${dimension}] distance_metric=cosine)`,
  )
  const insertVector = database.prepare('insert into vector values (?, ?, ?, ?)')
  const insertCode = database.prepare('insert into vector_code values (?, ?, ?, ?)')
  const insertVec0 = rivals.prepare('insert into vec0 (rowid, value) values (?, ?)')
  const selectVec0 = rivals.prepare<[Uint8Array, number], { readonly rowid: number }>(
    'select rowid from vec0 where value match ? and k = ? order by distance',
  )
  const codes = createInt8Codes(dimension)
  const kept: (readonly [number, Float32Array])[] = []
  const nearest = queries.map(() => [] as { row: number; score: number }[])
  let inTransaction = 0

  return {
    database,
    add(row: number, vector: Float32Array): void {
      if (inTransaction === 0) for (const each of [database, rivals]) each.exec('begin')
      const stored = encodeFloat32(vector)
      insertVector.run(row, SET, row, stored)
      insertCode.run(row, SET, row, codes.encode(vector))
      if (withRivals) {
        insertVec0.run(BigInt(row), stored)
        kept.push([row, vector])
      }
      for (const [index, query] of queries.entries()) {
        const found = nearest[index] ?? []
        const score = dotProduct(query, vector)
        if (found.length === limit && score <= (found.at(-1)?.score ?? 0)) continue
        found.push({ row, score })
        found.sort((a, b) => b.score - a.score)
        found.length = Math.min(found.length, limit)
      }
      inTransaction += 1
      if (inTransaction === ROWS_PER_TRANSACTION) this.finish()
    },
    finish(): void {
      if (inTransaction === 0) return
      for (const each of [database, rivals]) each.exec('commit')
      inTransaction = 0
    },
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
