import { openPgliteTestStorage } from '../support/pglite-stores.ts'
import { openPostgresTestStorage, TEST_SERVER } from '../support/postgres-stores.ts'
import { searchProperties } from './search-properties.ts'

searchProperties(TEST_SERVER === undefined ? openPgliteTestStorage : openPostgresTestStorage)
