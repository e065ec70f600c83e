import pg from 'pg'
import { inWords, isDisconnection } from './errors.ts'

/** How a database is reached: an address, or, in tests, something that stands for a server. */
export type Reach = pg.ClientConfig

export interface ConnectionSettings {
  readonly reach: Reach
  /** Connections at most. */
  readonly most: number
}

/** No statement of ours takes as long, but for those of a migration. */
export const STATEMENT_MILLISECONDS = 30_000
/** A transaction of a process that was stopped may keep others waiting only so long. */
export const IDLE_IN_TRANSACTION_MILLISECONDS = 15_000
const CONNECT_MILLISECONDS = 10_000
/** How long we go on asking for a connection before the caller is told. */
export const PATIENCE_MILLISECONDS = 15_000

const [INT8, NUMERIC] = [20, 1700]

/** Row numbers and sums as numbers; none of ours outgrows what a number holds exactly. */
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
  // Whoever uses a connection is told by the failure of what it asked; an error that nobody hears ends the process.
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  return pool
}

/** A connection outside of the pool. */
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

/** Does what can be done twice again while there is no connection, for a while. */
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

/** Longer with every attempt, and never as long as somebody else's. */
export function pause(attempt: number, longest: number): Promise<void> {
  const milliseconds = Math.min(5 * 2 ** attempt, longest) * (0.5 + Math.random())
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

function ignore(): void {}
