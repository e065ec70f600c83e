import type { Connection, Dialect } from './dialect.ts'
import type { MessageCache } from './message-cache.ts'
import type { Searches } from './search-request.ts'

/** Context of every query: the connection or transaction, and the namespace that it may see. */
export interface QueryScope {
  readonly db: Connection
  readonly namespace: string
  readonly dialect: Dialect
  readonly messageCache: MessageCache
  readonly searches: Searches
  /**
   * In a write transaction: rows of agents, archives, blocks and runs that it reads are locked where the database needs
   * that.
   */
  readonly writes?: boolean
}
