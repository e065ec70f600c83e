import type { Connection, Dialect } from './dialect.ts'
import type { MessageCache } from './message-cache.ts'
import type { Searches } from './search-request.ts'

/** What every query is made with: the connection or transaction, and the namespace that it may see. */
export interface Scope {
  readonly db: Connection
  readonly namespace: string
  readonly dialect: Dialect
  readonly messageCache: MessageCache
  readonly searches: Searches
  /** It writes: what it reads of agents, archives, blocks and runs is kept from others that write, where they could. */
  readonly writes?: boolean
}
