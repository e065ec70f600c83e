import { openSqliteTestStorage } from '../support/stores.ts'
import { searchProperties } from './search-properties.ts'

searchProperties(openSqliteTestStorage)
