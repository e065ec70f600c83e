import { openTestStorage } from '../support/stores.ts'
import { storageContract } from './contract.ts'

storageContract('SQLite', openTestStorage)
