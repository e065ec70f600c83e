import type { Kysely, RawBuilder, Transaction } from 'kysely'
import type { Database } from './schema.ts'

export type Connection = Kysely<Database> | Transaction<Database>

/** What differs between databases beyond what Kysely evens out. */
export interface Dialect {
  readonly textSearch: TextSearch
  /** The column type of a primary key that counts up by itself and never gives a number twice. */
  readonly rowNumber: RawBuilder<unknown>
}

export const TEXT_INDEXES = ['passage', 'message'] as const
export type TextIndex = (typeof TEXT_INDEXES)[number]

/** The keyword index beside the tables `passage` and `message`. A scope is an archive or an agent. */
export interface TextSearch {
  create(db: Connection, index: TextIndex): Promise<void>
  add(db: Connection, index: TextIndex, entries: readonly TextEntry[]): Promise<void>
  remove(db: Connection, index: TextIndex, rows: readonly number[]): Promise<void>
  /**
   * A subquery of `(row, score)`: the entries of these scopes that hold any of the terms, higher scores better; only
   * the best `limit` of them if that is given.
   */
  matches(
    index: TextIndex,
    scopes: readonly string[],
    terms: readonly string[],
    limit: number | undefined,
  ): RawBuilder<TextMatch>
}

export interface TextEntry {
  readonly row: number
  readonly scope: string
  /** As `searchableText` gives it. */
  readonly text: string
}

export interface TextMatch {
  row: number
  score: number
}
