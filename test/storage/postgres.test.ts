import { openPgliteTestStorage } from '../support/pglite-stores.ts'
import { openPostgresTestStorage, TEST_SERVER } from '../support/postgres-stores.ts'
import { storageContract } from './contract.ts'

if (TEST_SERVER === undefined) {
  storageContract('PGlite', openPgliteTestStorage, { hasOneSession: true })
} else {
  storageContract('PostgreSQL', () => openPostgresTestStorage())
}
