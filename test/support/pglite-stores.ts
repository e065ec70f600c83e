import { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import { vector } from '@electric-sql/pglite-pgvector'
import { openPostgres } from '../../src/storage/postgres/open.ts'
import type { TestStorage } from './own-database.ts'
import { emptied } from './postgres-stores.ts'

let server: Promise<PGlite> | undefined

/** A PostgreSQL within the process. It has one session, so a second one opened beside a transaction waits for ever. */
export async function openPgliteTestStorage(): Promise<TestStorage> {
  server ??= PGlite.create({ extensions: { vector } })
  const pglite = await server
  // Each pool that takes it over gets a connection of its own.
  const reach = {
    host: 'this process',
    get connection() {
      return createPgConfig(pglite).connection
    },
  }
  const storage = await openPostgres({
    reach,
    listenAt: null,
    connections: 1,
    location: 'PGlite',
  })
  await pglite.exec(emptied('public'))
  return { storage, close: storage.close }
}
