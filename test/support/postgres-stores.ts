import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Storage } from '../../src/storage/port/store.ts'
import {
  openPostgres,
  openPostgresToRead,
  type PostgresOptions,
} from '../../src/storage/postgres/open.ts'
import type { TestStorage } from './own-database.ts'
import { addressOf, databaseOf, leaveDatabaseOf, TEST_SERVER } from './own-database.ts'

export type OpenHere = (
  options?: Partial<PostgresOptions> & { readonly reads?: boolean },
) => Promise<Storage>

/** Opens what is in that schema of the server. */
export async function openInSchema(
  schema: string,
  { reads = false, ...options }: Partial<PostgresOptions> & { readonly reads?: boolean } = {},
): Promise<Storage> {
  const open = reads ? openPostgresToRead : openPostgres
  const reach = { connectionString: addressOf(server(), schema) }
  return open({ reach, connections: 10, location: 'the test server', ...options })
}

export async function makeTestSchema(): Promise<string> {
  const schema = `test_${process.pid}_${randomBytes(4).toString('hex')}`
  await query(`CREATE SCHEMA ${schema}`)
  return schema
}

export async function dropTestSchema(schema: string): Promise<void> {
  await query(`DROP SCHEMA ${schema} CASCADE`)
}

/** One of its own. */
export async function openOwnPostgresTestStorage(): Promise<TestStorage> {
  const key = randomBytes(4).toString('hex')
  const reach = { connectionString: databaseOf(key).RECOLLECT_DATABASE_URL ?? server() }
  const storage = await openPostgres({ reach, connections: 10, location: 'the test server' })
  return {
    storage,
    async close() {
      await storage.close()
      leaveDatabaseOf(key)
    },
  }
}

let shared: Promise<string> | undefined

/** A database that all tests of a file have one after another, empty. */
export async function openPostgresTestStorage(
  options: Pick<PostgresOptions, 'setSizes'> = {},
): Promise<TestStorage> {
  shared ??= makeTestSchema()
  const schema = await shared
  const storage = await openInSchema(schema, options)
  await query(emptied(schema))
  return { storage, close: storage.close }
}

export async function dropSharedSchema(): Promise<void> {
  if (shared) await dropTestSchema(await shared)
}

/** Quicker than TRUNCATE, which makes a new file for every table. */
export function emptied(schema: string): string {
  return `DO $$ DECLARE one record; BEGIN
    SET LOCAL search_path = ${schema}, public;
    DELETE FROM agent; DELETE FROM block; DELETE FROM archive; DELETE FROM vector_set;
    DELETE FROM job; DELETE FROM embedding_cache; DELETE FROM word; DELETE FROM tool;
    DELETE FROM event;
    DELETE FROM passage_words; DELETE FROM message_words;
    FOR one IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = '${schema}' LOOP
      PERFORM setval(one.name::regclass, 1, false);
    END LOOP;
  END $$`
}

function server(): string {
  if (TEST_SERVER === undefined) throw new Error('RECOLLECT_TEST_POSTGRES names no server')
  return TEST_SERVER
}

async function query(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server() })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
