import type { Expression, Kysely, RawBuilder, Transaction } from 'kysely'
import type { Database } from './schema.ts'

export type Connection = Kysely<Database> | Transaction<Database>

/** What differs between databases beyond what Kysely evens out. */
export interface Dialect {
  readonly textSearch: TextSearch
  readonly vectors: VectorTables
  /** The column type of a primary key that counts up by itself and never gives a number twice. */
  readonly rowNumber: RawBuilder<unknown>
  /** What makes a table whose rows stand in the order of its primary key, where there is such a thing. */
  readonly withoutRows: RawBuilder<unknown>
  /** The column type of bytes. */
  readonly bytes: RawBuilder<unknown>
  readonly numbering: Numbering
  /** What the log of changes needs besides its numbers, where these are not given in the order of commits. */
  readonly changeOrder: RawBuilder<unknown>
  /** In lower case, in all languages as far as the database can. */
  lower(text: Expression<unknown>): RawBuilder<string>
  /**
   * Several write at once, so whoever writes locks the rows by which others decide: an agent, archive, block, run or set of
   * vectors stands for all that belongs to it. Every statement sees what was committed before it.
   */
  readonly locksRows: boolean
}

/** The numbers that `rowNumber` gave in a table. */
export interface Numbering {
  /** The greatest, whether that row is still there or not; 0: none yet. */
  last(db: Connection, table: NumberedTable): Promise<number>
  /** New rows get numbers above this one. */
  continueAfter(db: Connection, table: NumberedTable, number: number): Promise<void>
}

export type NumberedTable = {
  [Table in keyof Database]: Database[Table] extends { row: unknown } ? Table : never
}[keyof Database]

export const TEXT_INDEXES = ['passage', 'message'] as const
export type TextIndex = (typeof TEXT_INDEXES)[number]

/** The keyword index beside the tables `passage` and `message`. */
export interface TextSearch {
  /** An older form of the index only marked entries as gone, and kept their words. */
  readonly keptWordsOnce: boolean
  create(db: Connection, index: TextIndex): Promise<void>
  drop(db: Connection, index: TextIndex): Promise<void>
  add(db: Connection, index: TextIndex, entries: readonly TextEntry[]): Promise<void>
  /** Takes out entries as they were added, word by word, and the words that no other entry of their scope has. */
  remove(db: Connection, index: TextIndex, entries: readonly TextEntry[]): Promise<void>
  /** Nothing is left in these scopes, and nothing will come. Cheaper before their entries are removed than after. */
  forget(db: Connection, scopes: readonly string[]): Promise<void>
}

export interface TextEntry {
  readonly row: number
  /** As `search-scope.ts` makes it. */
  readonly scope: string
  /** As `indexWords` gives them. */
  readonly words: readonly string[]
}

/** Where vectors stand: the table `vector`, and what is kept beside it to search there. */
export interface VectorTables {
  create(db: Connection): Promise<void>
  /** Stores vectors of entries that have none in that set yet; of others, the first stays. */
  insert(db: Connection, vectors: readonly NewVector[]): Promise<void>
  /** Takes the vectors of these entries out of these sets. */
  remove(db: Connection, setRows: readonly number[], entryRows: readonly number[]): Promise<void>
  /** All of all sets in the order of their numbers, behind `after`. */
  read(db: Connection, after: number, limit: number): Promise<readonly StoredVector[]>
  /** Stores what another database gave numbers to. */
  restore(db: Connection, vectors: readonly StoredVector[]): Promise<void>
}

export interface NewVector {
  readonly set_row: number
  /** `row` of the passage or message. */
  readonly entry_row: number
  /** As `encodeFloat32` makes it, of unit length. */
  readonly vector: Uint8Array
}

export interface StoredVector extends NewVector {
  readonly row: number
}
