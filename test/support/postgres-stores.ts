import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import type { TestStorage } from './stores.ts'

/** The address of a server that tests may fill, by a user who may make schemas there. */
export const TEST_SERVER = process.env.RECOLLECT_TEST_POSTGRES || undefined

/** Schemas of one server, each for one file of tests at a time. */
const SCHEMA = `test_${process.pid}_${randomBytes(4).toString('hex')}`

export function inSchema(server: string, schema: string): string {
  const url = new URL(server)
  url.searchParams.set('options', `-csearch_path=${schema},public`)
  return url.href
}

let made: Promise<void> | undefined

async function makeSchema(server: string): Promise<void> {
  // Other files may be at it as well.
  await query(server, 'CREATE EXTENSION IF NOT EXISTS vector SCHEMA public').catch(() => undefined)
  await query(server, `CREATE SCHEMA ${SCHEMA}`)
}

/** The schema of this file on the server, empty. */
export async function openPostgresTestStorage(server = TEST_SERVER ?? ''): Promise<TestStorage> {
  made ??= makeSchema(server)
  await made
  const storage = await openPostgres({
    reach: { connectionString: inSchema(server, SCHEMA) },
    connections: 10,
    location: 'test',
  })
  await query(server, emptied(SCHEMA))
  return { storage, close: storage.close }
}

/** Quicker than TRUNCATE, which makes a new file for every table. */
export function emptied(schema: string): string {
  return `DO $$ DECLARE one record; BEGIN
    SET LOCAL search_path = ${schema}, public;
    DELETE FROM agent; DELETE FROM block; DELETE FROM archive; DELETE FROM vector_set;
    DELETE FROM embedding_cache; DELETE FROM word; DELETE FROM event;
    DELETE FROM passage_words; DELETE FROM message_words;
    FOR one IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = '${schema}' LOOP
      PERFORM setval(one.name::regclass, 1, false);
    END LOOP;
  END $$`
}

async function query(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
