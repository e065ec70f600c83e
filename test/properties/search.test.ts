import { openTestStorage } from '../support/stores.ts'
import { searchProperties } from './search-properties.ts'

searchProperties(openTestStorage)
