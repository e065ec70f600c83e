import pg from 'pg'
import { inWords, isDisconnection } from './errors.ts'

/** How to reach a database: a connection config, or, in tests, a stand-in for a server. */
export type Reach = pg.ClientConfig

export interface ConnectionSettings {
  readonly reach: Reach
  /** Maximum number of connections. */
  readonly most: number
}

/** Only statements of migrations take longer. Chosen by hand. */
export const STATEMENT_MILLISECONDS = 30_000
/** Limits how long a suspended process can block others with an open transaction. Chosen by hand. */
export const IDLE_IN_TRANSACTION_MILLISECONDS = 15_000
const CONNECT_MILLISECONDS = 10_000
/** How long to retry a connection before the caller gets an error. Chosen by hand. */
export const PATIENCE_MILLISECONDS = 15_000

const [INT8, NUMERIC] = [20, 1700]

/** Row numbers and sums are read as JavaScript numbers; all of them stay below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    if (oid === INT8 || oid === NUMERIC) return (text: string) => Number(text)
    return pg.types.getTypeParser(oid, format as 'text')
  },
}

export function createPool({ reach, most }: ConnectionSettings): pg.Pool {
  const pool = new pg.Pool({
    ...reach,
    max: most,
    types,
    application_name: 'recollect',
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    allowExitOnIdle: true,
  })
  // The failed query reports the error; without a listener, the event would end the process.
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  return pool
}

/** A connection outside the pool. */
export function createClient(reach: Reach): pg.Client {
  const client = new pg.Client({
    ...reach,
    types,
    application_name: 'recollect',
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    keepAlive: true,
  })
  client.on('error', ignore)
  return client
}

/** Repeats an idempotent action for a while when the connection is lost. */
export async function whileDisconnected<T>(action: () => Promise<T>): Promise<T> {
  const start = performance.now()
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await action()
    } catch (error) {
      if (!isDisconnection(error) || performance.now() - start > PATIENCE_MILLISECONDS) {
        throw inWords(error)
      }
    }
    await pause(attempt, 1_000)
  }
}

/** Exponential back-off with jitter. */
export function pause(attempt: number, longest: number): Promise<void> {
  const milliseconds = Math.min(5 * 2 ** attempt, longest) * (0.5 + Math.random())
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

function ignore(): void {}
