import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import DatabaseHandle from 'better-sqlite3'
import pg from 'pg'

/* The database that servers share: a file, or on the PostgreSQL that RECOLLECT_TEST_POSTGRES names a database of its own. */

export interface SharedDatabase {
  /** For RECOLLECT_DATABASE_URL. */
  readonly url: string
  remove(): Promise<void>
}

export const POSTGRES = process.env.RECOLLECT_TEST_POSTGRES

export async function createDatabase(directory: string): Promise<SharedDatabase> {
  return POSTGRES === undefined ? fileIn(directory) : createOnServer(POSTGRES)
}

/** Goes with its directory. */
export function fileIn(directory: string): SharedDatabase {
  return { url: `file:${join(directory, 'recollect.db')}`, async remove() {} }
}

async function createOnServer(server: string): Promise<SharedDatabase> {
  const name = `reliability_${randomBytes(6).toString('hex')}`
  const url = new URL(server)
  url.pathname = `/${name}`
  await withClient(server, (client) => client.query(`CREATE DATABASE ${name}`))
  return {
    url: url.href,
    async remove() {
      await withClient(server, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`))
    },
  }
}

/** All rows of a query, of the moment that all queries of one reading have in common. */
export type Rows = <T>(sql: string) => Promise<readonly T[]>

export function readDatabase<T>(url: string, work: (rows: Rows) => Promise<T>): Promise<T> {
  return isPostgres(url) ? readServer(url, work) : readFile(pathOf(url), work)
}

export function isPostgres(url: string): boolean {
  return url.startsWith('postgres')
}

/** The path in a `file:` URL. */
export function pathOf(url: string): string {
  return url.slice('file:'.length)
}

async function readFile<T>(path: string, work: (rows: Rows) => Promise<T>): Promise<T> {
  const db = new DatabaseHandle(path, { readonly: true, timeout: 5_000 })
  try {
    db.exec('BEGIN')
    return await work(async <R>(sql: string) => db.prepare<[], R>(sql).all())
  } finally {
    db.close()
  }
}

async function readServer<T>(url: string, work: (rows: Rows) => Promise<T>): Promise<T> {
  return withClient(url, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return work(async <R>(sql: string) => (await client.query(sql)).rows as R[])
  })
}

/** Whole numbers of 64 bits come as numbers, as those of SQLite do. */
const types = {
  getTypeParser: (type: number, format?: 'text' | 'binary') =>
    type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format),
} as pg.CustomTypesConfig

export async function withClient<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connectTo(url)
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** A server that crashed takes no connections until it has recovered. */
const RECOVERY_MILLISECONDS = 60_000
const RECOVERING: ReadonlySet<unknown> = new Set(['57P03', 'ECONNREFUSED', 'ECONNRESET'])

async function connectTo(url: string): Promise<pg.Client> {
  const began = performance.now()
  for (;;) {
    const client = new pg.Client({ connectionString: url, types })
    // A crash of the server ends our connections, too.
    client.on('error', () => undefined)
    try {
      await client.connect()
      return client
    } catch (error) {
      const isRecovering = error instanceof Error && 'code' in error && RECOVERING.has(error.code)
      if (!isRecovering || performance.now() - began > RECOVERY_MILLISECONDS) throw error
    }
    await sleep(100)
  }
}
