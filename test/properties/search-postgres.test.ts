import { TEST_SERVER } from '../support/own-database.ts'
import { openPgliteTestStorage } from '../support/pglite-stores.ts'
import { openPostgresTestStorage } from '../support/postgres-stores.ts'
import { searchProperties } from './search-properties.ts'

searchProperties(TEST_SERVER === undefined ? openPgliteTestStorage : openPostgresTestStorage)
