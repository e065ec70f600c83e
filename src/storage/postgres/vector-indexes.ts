import type pg from 'pg'

/** HNSW indexes of vectors, one for each dimension that has a set which is too large to be read as a whole. */
export interface VectorIndexes {
  /** Begins to build that of a dimension, unless that was tried a short while ago. Until it is there, sets are read. */
  want(dimension: number): void
  close(): Promise<void>
}

/** pgvector indexes no longer ones, not even at half the precision. */
const MAX_DIMENSION = 4_000
const RETRY_MILLISECONDS = 60_000
const MEGABYTE = 2 ** 20
/** Of the server's, for building; a graph that outgrows it takes many times as long. */
const [MIN_MEMORY, MAX_MEMORY] = [64, 1_024]
/** What the graph takes of each vector beside its components. */
const LINKS_BYTES = 600
const DISK_FULL = '53100'

export function isIndexable(dimension: number): boolean {
  return dimension <= MAX_DIMENSION
}

/**
 * Builds without keeping anybody from reading or writing, on connections of its own: that takes minutes, and is of no
 * transaction. `connect` makes one that was not opened yet, past any pooler; null: this server builds nothing.
 */
export function createVectorIndexes(
  connect: (() => pg.Client) | null,
  onError: (error: unknown) => void,
): VectorIndexes {
  const tried = new Map<number, number>()
  const building = new Set<pg.Client>()

  async function build(dimension: number, make: () => pg.Client): Promise<void> {
    const client = make()
    building.add(client)
    try {
      await client.connect()
      await buildIndex(client, dimension)
    } finally {
      building.delete(client)
      await client.end().catch(() => undefined)
    }
  }

  return {
    want(dimension) {
      const now = performance.now()
      if (
        connect === null ||
        now < (tried.get(dimension) ?? Number.NEGATIVE_INFINITY) + RETRY_MILLISECONDS
      )
        return
      tried.set(dimension, Number.POSITIVE_INFINITY)
      build(dimension, connect).then(
        () => tried.set(dimension, performance.now()),
        (error) => {
          tried.set(dimension, performance.now())
          onError(error)
        },
      )
    },
    async close() {
      await Promise.all([...building].map((client) => client.end().catch(() => undefined)))
    },
  }
}

/** Of several servers that begin at once, one builds: the others see that something of that name is there. */
async function buildIndex(client: pg.Client, dimension: number): Promise<void> {
  const name = `entry_vector_near_${dimension}`
  await client.query('SET statement_timeout = 0')
  await client.query(`SET maintenance_work_mem = '${await memoryFor(client, dimension)}MB'`)
  if (await isLeftOver(client, name))
    await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`)
  const create = () =>
    client.query(
      `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON entry_vector
       USING hnsw ((vector::halfvec(${dimension})) halfvec_ip_ops) WHERE vector_dims(vector) = ${dimension}`,
    )
  try {
    await create()
  } catch (error) {
    // Workers share the graph, for which containers often leave too little room.
    if (!isDiskFull(error)) throw error
    await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`)
    await client.query('SET max_parallel_maintenance_workers = 0')
    await create()
  }
}

async function memoryFor(client: pg.Client, dimension: number): Promise<number> {
  const { rows } = await client.query(
    "SELECT greatest(reltuples, 0)::float8 AS vectors FROM pg_class WHERE oid = 'entry_vector'::regclass",
  )
  const bytes = Number(rows[0]?.vectors ?? 0) * (2 * dimension + LINKS_BYTES)
  return Math.round(Math.min(MAX_MEMORY, Math.max(MIN_MEMORY, (1.2 * bytes) / MEGABYTE)))
}

/** Somebody ended while building it. */
async function isLeftOver(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT 1 FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid
     AND NOT EXISTS (SELECT 1 FROM pg_stat_progress_create_index WHERE index_relid = to_regclass($1))`,
    [name],
  )
  return rows.length > 0
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === DISK_FULL
}
