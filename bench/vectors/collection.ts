import Database from 'better-sqlite3'
import { load } from 'sqlite-vec'
import { dotProduct } from '../../src/vector/float32.ts'
import {
  type Codes,
  type CodesKind,
  decodeFloat32,
  encodeFloat32,
} from '../../src/vector/vector-index.ts'

export interface CollectionOptions {
  readonly file: string
  readonly dimension: number
  readonly codes: Readonly<Record<CodesKind, Codes>>
  /** Whose nearest rows are noted while rows are added. */
  readonly queries: readonly Float32Array[]
  readonly limit: number
  /** Also for vec0, and in memory. */
  readonly withRivals: boolean
}

interface VectorRow {
  readonly row: number
  readonly value: Buffer
}

const ROWS_PER_TRANSACTION = 1_000

/** Vectors and their codes in a database, as the index finds them there. */
export function createCollection(options: CollectionOptions) {
  const { dimension, codes, queries, limit, withRivals } = options
  const database = new Database(options.file)
  load(database)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = OFF')
  database.exec(`
    create table vector (row integer primary key, value blob not null);
    create table int8_code (row integer primary key, code blob not null);
    create table bits_code (row integer primary key, code blob not null);
    create virtual table vec0 using vec0(value float[${dimension}] distance_metric=cosine);
  `)
  const insertVector = database.prepare('insert into vector values (?, ?)')
  const insertInt8 = database.prepare('insert into int8_code values (?, ?)')
  const insertBits = database.prepare('insert into bits_code values (?, ?)')
  const insertVec0 = database.prepare('insert into vec0 (rowid, value) values (?, ?)')
  const selectVectors = database.prepare<[string], VectorRow>(
    'select row, value from vector where row in (select value from json_each(?))',
  )
  const selectVec0 = database.prepare<[Uint8Array, number], { readonly rowid: number }>(
    'select rowid from vec0 where value match ? and k = ? order by distance',
  )
  const kept: (readonly [number, Float32Array])[] = []
  const nearest = queries.map(() => [] as { row: number; score: number }[])
  let inTransaction = 0

  return {
    database,
    add(row: number, vector: Float32Array): void {
      if (inTransaction === 0) database.exec('begin')
      const stored = encodeFloat32(vector)
      insertVector.run(row, stored)
      insertInt8.run(row, codes.int8.encode(vector))
      insertBits.run(row, codes.bits.encode(vector))
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
      if (inTransaction < ROWS_PER_TRANSACTION) return
      database.exec('commit')
      inTransaction = 0
    },
    finish(): void {
      if (inTransaction > 0) database.exec('commit')
      database.pragma('wal_checkpoint(truncate)')
    },
    nearest: () => nearest.map((found) => found.map(({ row }) => row)),
    inMemory: () => kept,
    fetch: (rows: readonly number[]) =>
      selectVectors
        .all(JSON.stringify(rows))
        .map(({ row, value }) => [row, decodeFloat32(value)] as const),
    vec0: (query: Float32Array) =>
      selectVec0.all(encodeFloat32(query), limit).map(({ rowid }) => Number(rowid)),
    close: () => database.close(),
  }
}
