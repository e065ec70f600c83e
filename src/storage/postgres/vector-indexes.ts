import type pg from 'pg'

/** HNSW indexes, one per dimension that has a set too large to scan. */
export interface VectorIndexes {
  /** Starts building the index of a dimension, unless that was tried recently. Until it exists, sets are scanned. */
  want(dimension: number): void
  close(): Promise<void>
}

/** pgvector's limit for HNSW on half-precision vectors. */
const MAX_DIMENSION = 4_000
const RETRY_MILLISECONDS = 60_000
const MEGABYTE = 2 ** 20
/** maintenance_work_mem for a build, in MB; a graph that does not fit takes many times as long. Chosen by hand. */
const [MIN_MEMORY, MAX_MEMORY] = [64, 1_024]
/** Approximate size of a vector's graph links in HNSW. */
const LINKS_BYTES = 600
const DISK_FULL = '53100'

export function isIndexable(dimension: number): boolean {
  return dimension <= MAX_DIMENSION
}

/**
 * Builds indexes concurrently, without blocking reads or writes. A build takes minutes and can't run in a transaction,
 * so it uses connections of its own. `connect` makes an unopened direct connection, past any pooler; null: this server
 * builds nothing.
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

/** If several servers start at once, one builds; the others find the name taken. */
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
    // Parallel workers share memory in /dev/shm, which is often too small in containers.
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

/** An invalid index remains if its builder was killed. */
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
