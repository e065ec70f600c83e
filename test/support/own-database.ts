import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'

/* Servers in tests have the file in their home, or a schema of their own where RECOLLECT_TEST_POSTGRES names a server. */

/** The address of a server that tests may fill, by a user who may make schemas and extensions there. */
export const TEST_SERVER = process.env.RECOLLECT_TEST_POSTGRES || undefined

const schemas = new Map<string, string>()

/** The same for the same home. Gone after `dropDatabaseOf`. */
export function databaseOf(home: string): { readonly RECOLLECT_DATABASE_URL?: string } {
  if (TEST_SERVER === undefined) return {}
  let schema = schemas.get(home)
  if (schema === undefined) {
    schema = newSchemaName()
    query(TEST_SERVER, EXTENSION, `CREATE SCHEMA ${schema}`)
    schemas.set(home, schema)
  }
  return { RECOLLECT_DATABASE_URL: addressOf(TEST_SERVER, schema) }
}

export function dropDatabaseOf(home: string): void {
  const schema = schemas.get(home)
  if (TEST_SERVER === undefined || schema === undefined) return
  schemas.delete(home)
  // A process that was killed may hold what it locked for a while.
  const ended = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${schema}'`
  query(TEST_SERVER, ended, `DROP SCHEMA ${schema} CASCADE`)
}

export function newSchemaName(): string {
  return `test_${process.pid}_${randomBytes(4).toString('hex')}`
}

/** Where a server finds this schema first, and is known by its name. */
export function addressOf(server: string, schema: string): string {
  const url = new URL(server)
  url.searchParams.set('options', `-csearch_path=${schema},public`)
  url.searchParams.set('application_name', schema)
  return url.href
}

/** Other files may be at it as well. */
export const EXTENSION = `DO $$ BEGIN
  CREATE EXTENSION IF NOT EXISTS vector SCHEMA public;
EXCEPTION WHEN unique_violation OR duplicate_object THEN NULL; END $$`

/** Waits for it as nothing else is done here: settings of servers are put together in plain expressions. */
function query(server: string, ...statements: readonly string[]): void {
  const script = `
    import pg from 'pg'
    const [server, ...statements] = process.argv.slice(1)
    const client = new pg.Client({ connectionString: server })
    await client.connect()
    for (const statement of statements) await client.query(statement)
    await client.end()`
  execFileSync(process.execPath, ['--input-type=module', '--eval', script, server, ...statements])
}
