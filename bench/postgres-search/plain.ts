import type pg from 'pg'
import { vectorText } from '../../src/storage/postgres/vector-tables.ts'
import { DIMENSION } from './seed.ts'

/** Searches that a user would write by hand against PostgreSQL and pgvector. `looked` is `hnsw.ef_search`. */
export interface Plain {
  buildIndexes(): Promise<void>
  nearest(agent: number, vector: Float32Array, looked: number): Promise<readonly number[]>
  /** Without an index, by every vector. */
  exact(agent: number, vector: Float32Array, tag?: string): Promise<readonly number[]>
  /** Words by ts_rank and vectors, joined by their ranks in one statement. */
  hybrid(agent: number, words: string, vector: Float32Array): Promise<readonly number[]>
}

const [LIMIT, POOL, RANK_CONSTANT] = [10, 50, 60]

/** On one connection, whose settings stay. */
export function openPlain(client: pg.PoolClient): Plain {
  const ids = ({ rows }: { rows: { id: string }[] }) => rows.map(({ id }) => Number(id))
  let looked = 0
  const look = async (wanted: number) => {
    if (looked === wanted) return
    looked = wanted
    await client.query(`SET hnsw.ef_search = ${wanted}`)
    await client.query('SET hnsw.iterative_scan = strict_order')
  }
  return {
    async buildIndexes() {
      await client.query("SET maintenance_work_mem = '1GB'")
      await client.query(
        'CREATE INDEX plain_near ON plain USING hnsw (embedding vector_cosine_ops)',
      )
      await client.query('CREATE INDEX plain_words ON plain USING gin (words)')
      await client.query('CREATE INDEX plain_agent ON plain (agent)')
      await client.query('ANALYZE plain')
    },
    async nearest(agent, vector, wanted) {
      await look(wanted)
      return ids(
        await client.query(
          `SELECT id FROM plain WHERE agent = $2 ORDER BY embedding <=> $1::vector LIMIT ${LIMIT}`,
          [vectorText(vector), agent],
        ),
      )
    },
    async exact(agent, vector, tag) {
      return ids(
        await client.query(
          `SELECT id FROM plain WHERE agent = $2 AND ($3::text IS NULL OR tags @> ARRAY[$3])
           ORDER BY (embedding::vector(${DIMENSION}) <=> $1::vector) + 0 LIMIT ${POOL}`,
          [vectorText(vector), agent, tag ?? null],
        ),
      )
    },
    async hybrid(agent, words, vector) {
      await look(40)
      return ids(
        await client.query(
          `WITH asked AS (SELECT to_tsquery('simple', $3) AS words),
           by_words AS (
             SELECT id, row_number() OVER (ORDER BY ts_rank(plain.words, asked.words) DESC) AS place
             FROM plain, asked WHERE agent = $2 AND plain.words @@ asked.words
             ORDER BY ts_rank(plain.words, asked.words) DESC LIMIT ${POOL}
           ),
           by_vectors AS (
             SELECT id, row_number() OVER () AS place FROM (
               SELECT id FROM plain WHERE agent = $2 ORDER BY embedding <=> $1::vector LIMIT ${POOL}
             ) AS near
           )
           SELECT id FROM (SELECT * FROM by_words UNION ALL SELECT * FROM by_vectors) AS found
           GROUP BY id ORDER BY sum(1.0 / (${RANK_CONSTANT} + place)) DESC LIMIT ${LIMIT}`,
          [vectorText(vector), agent, words.split(' ').join(' | ')],
        ),
      )
    },
  }
}
