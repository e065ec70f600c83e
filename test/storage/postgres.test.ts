import { storageContract } from './contract.ts'
import { openPostgresTestStorage } from '../support/postgres-stores.ts'

const server = process.env.RECOLLECT_TEST_POSTGRES

if (server !== undefined) storageContract('PostgreSQL', () => openPostgresTestStorage(server))
