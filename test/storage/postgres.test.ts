import { afterAll } from 'vitest'
import { openPgliteTestStorage } from '../support/pglite-stores.ts'
import {
  dropSharedSchema,
  openPostgresTestStorage,
  TEST_SERVER,
} from '../support/postgres-stores.ts'
import { storageContract } from './contract.ts'

if (TEST_SERVER === undefined) {
  storageContract('PGlite', openPgliteTestStorage, { hasOneSession: true })
} else {
  storageContract('PostgreSQL', openPostgresTestStorage)
  afterAll(dropSharedSchema)
}
