import type { Kysely } from 'kysely'
import type { Connection, Dialect } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'

/** Source of a copy: a database with the known schema, opened read-only. */
export interface CopySource {
  /** For people; without credentials. */
  readonly location: string
  readonly dialect: Dialect
  /** Gives `work` a connection that sees the database as of now; blocks nobody. */
  snapshot<T>(work: (db: Kysely<Database>) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Target of a copy: a migrated database, empty or with an unfinished copy. */
export interface CopyTarget {
  readonly location: string
  readonly schemaVersion: number
  readonly dialect: Dialect
  /** For committed reads. */
  readonly reader: Kysely<Database>
  /** Runs `work` in an isolated transaction, possibly more than once. */
  transact<T>(work: (trx: Connection) => Promise<T>): Promise<T>
  close(): Promise<void>
}
