import { openPostgresTestStorage } from '../support/postgres-stores.ts'
import { storageContract } from './contract.ts'

const server = process.env.RECOLLECT_TEST_POSTGRES

if (server !== undefined) storageContract('PostgreSQL', () => openPostgresTestStorage(server))
