import { randomBytes } from 'node:crypto'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { AgentId } from '../../src/core/ids.ts'
import type { Database } from '../../src/storage/database/schema.ts'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import { createVectorIndexes } from '../../src/storage/postgres/vector-indexes.ts'
import { findNearest } from '../../src/storage/postgres/vector-retriever.ts'
import { postgresVectors, vectorText } from '../../src/storage/postgres/vector-tables.ts'
import { encodeFloat32 } from '../../src/vector/codes/float32.ts'
import { insertAgent, insertArchive, insertPassages } from '../../test/support/stores.ts'
import { makeUpVectors } from '../vectors/made-up-vectors.ts'

export const DIMENSION = 768
export const HANDLE = 'bench/made-up'
const WORDS = 20_000
const WORDS_OF_A_PASSAGE = 50
const PER_TRANSACTION = 1_000
const SEED = 7

/** Row numbers as numbers. */
const numbers: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
}

/** A word is the less frequent the greater its number. */
export function someWords(count: number): string {
  return Array.from({ length: count }, () => `word${Math.floor(WORDS ** Math.random())}`).join(' ')
}

/**
 * Passages with vectors in so many archives, each of an agent of its own, in a schema that is dropped in the end, and
 * the same in a table as one writes it first. Every 10th passage has the tag `ten`, every 100th `hundred`, and so on.
 */
export async function seed(server: string, passages: number, archives: number) {
  const schema = `bench_${randomBytes(4).toString('hex')}`
  const reach = { connectionString: server, options: `-c search_path=${schema},public` }
  const pool = new pg.Pool({ ...reach, max: 4, types: numbers })
  await pool.query('CREATE EXTENSION IF NOT EXISTS vector SCHEMA public')
  await pool.query(`CREATE SCHEMA ${schema}`)
  const storage = await openPostgres({
    reach,
    connections: 10,
    location: 'bench',
    onError: console.error,
  })
  const store = storage.in('default')
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  await pool.query(
    `CREATE TABLE plain (id BIGINT PRIMARY KEY, agent INTEGER NOT NULL, tags TEXT[] NOT NULL,
     words TSVECTOR NOT NULL, embedding VECTOR(${DIMENSION}) NOT NULL)`,
  )
  const vectors = makeUpVectors(DIMENSION, SEED)
  const agents: AgentId[] = []
  const sets: { readonly row: number; readonly owner: string }[] = []
  const indexes = createVectorIndexes(null, () => undefined)
  const each = passages / archives
  let inserting = 0
  for (let archive = 0; archive < archives; archive += 1) {
    const { id: agent } = await insertAgent(store)
    agents.push(agent)
    const owner = await insertArchive(store, agent)
    const { rows } = await pool.query(
      `INSERT INTO vector_set (namespace, kind, owner_id, handle, dimension, state, created_at)
       VALUES ('default', 'archive', $1, $2, $3, 'serving', '') RETURNING row::integer`,
      [owner, HANDLE, DIMENSION],
    )
    const set = rows[0].row as number
    sets.push({ row: set, owner })
    for (let done = 0; done < each; done += PER_TRANSACTION) {
      const made = Array.from({ length: Math.min(PER_TRANSACTION, each - done) }, (_, at) => ({
        text: someWords(WORDS_OF_A_PASSAGE),
        tags: tagsOf(done + at),
        vector: vectors.row(),
      }))
      const start = performance.now()
      const inserted = await insertPassages(store, owner, made)
      inserting += performance.now() - start
      const found = await pool.query(
        'SELECT p.row::integer FROM unnest($1::text[]) WITH ORDINALITY AS a (id, place) JOIN passage AS p USING (id) ORDER BY place',
        [inserted.map(({ id }) => id)],
      )
      const numbered = made.map((one, at) => ({ ...one, row: found.rows[at].row as number }))
      await postgresVectors.insert(
        db,
        numbered.map(({ row, vector }) => ({
          set_row: set,
          entry_row: row,
          vector: encodeFloat32(vector),
        })),
      )
      await sql`INSERT INTO plain SELECT id, ${archive}::integer, string_to_array(tags, ' '), to_tsvector('simple', text), embedding::vector
        FROM unnest(${numbered.map(({ row }) => row)}::bigint[], ${numbered.map(({ tags }) => tags.join(' '))}::text[],
          ${numbered.map(({ text }) => text)}::text[], ${numbered.map(({ vector }) => vectorText(vector))}::text[])
          AS given (id, tags, text, embedding)`.execute(db)
    }
  }
  await pool.query('ANALYZE')
  return {
    pool,
    store,
    agents,
    vectors,
    /** Only the vector part of a search. */
    async nearest(agent: number, vector: Float32Array): Promise<readonly number[]> {
      const { row = 0, owner = '' } = sets[agent] ?? {}
      const { lists } = await findNearest(
        db,
        {
          index: 'passage',
          namespace: 'default',
          query: '',
          now: '2026-03-31T12:00:00.000Z',
          timezone: 'UTC',
          limit: 10,
          offset: 0,
          upTo: undefined,
          filter: { owners: [owner], scopes: [] },
        },
        {
          sets: [{ row, owner, handle: HANDLE }],
          questions: [{ handle: HANDLE, vector, weight: 1 }],
          upTo: undefined,
        },
        { indexes, most: 50, few: 2_000, many: 250_000 },
      )
      return (lists[0]?.entries ?? []).slice(0, 10).map((entry) => entry.row)
    },
    /** Seconds of inserting passages, vectors apart. */
    inserting: inserting / 1_000,
    async close() {
      await storage.close()
      await pool.query(`DROP SCHEMA ${schema} CASCADE`)
      await db.destroy()
    },
  }
}

function tagsOf(number: number): readonly string[] {
  const tags = [
    [10, 'ten'],
    [100, 'hundred'],
    [1_000, 'thousand'],
  ] as const
  return tags.filter(([every]) => number % every === 0).map(([, tag]) => tag)
}
