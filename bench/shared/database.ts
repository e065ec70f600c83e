import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** A database of its own: in the PostgreSQL that RECOLLECT_TEST_POSTGRES names, else a file in `home`. */
export async function withDatabase<T>(
  name: string,
  home: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const server = process.env.RECOLLECT_TEST_POSTGRES
  if (server === undefined) return work(`file:${home}/${name}.db`)
  const own = `${name}_${randomBytes(6).toString('hex')}`
  await query(server, `CREATE DATABASE ${own}`)
  try {
    return await work(new URL(`/${own}`, server).href)
  } finally {
    await query(server, `DROP DATABASE ${own} WITH (FORCE)`)
  }
}

async function query(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(sql)
  await client.end()
}
