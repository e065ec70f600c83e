import type { Kysely } from 'kysely'
import type { Connection, Dialect } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'

/** A database that is copied: of the schema known here, and only read. */
export interface CopySource {
  /** Where it is, for people; no credentials. */
  readonly location: string
  readonly dialect: Dialect
  /** Hands `work` a connection that sees the database as it is now, until it ends; it holds up nobody. */
  snapshot<T>(work: (db: Kysely<Database>) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** The database that becomes the copy: migrated, and empty or half made. */
export interface CopyTarget {
  readonly location: string
  readonly schemaVersion: number
  readonly dialect: Dialect
  /** For reading what was committed. */
  readonly reader: Kysely<Database>
  /** Runs work in a transaction that nobody else's writes come into, perhaps more than once. */
  transact<T>(work: (trx: Connection) => Promise<T>): Promise<T>
  close(): Promise<void>
}
