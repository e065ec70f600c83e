import { afterAll } from 'vitest'
import { TEST_SERVER } from '../support/own-database.ts'
import { openPgliteTestStorage } from '../support/pglite-stores.ts'
import { dropSharedSchema, openPostgresTestStorage } from '../support/postgres-stores.ts'
import { storageContract } from './contract.ts'

if (TEST_SERVER === undefined) {
  storageContract('PGlite', openPgliteTestStorage, { hasOneSession: true })
} else {
  storageContract('PostgreSQL', openPostgresTestStorage)
  afterAll(dropSharedSchema)
}
