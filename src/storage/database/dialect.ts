import type { Expression, Kysely, RawBuilder, Transaction } from 'kysely'
import type { Database } from './schema.ts'

export type Connection = Kysely<Database> | Transaction<Database>

/** Differences between databases that Kysely does not cover. */
export interface Dialect {
  readonly textSearch: TextSearch
  readonly vectors: VectorTables
  /** Column type of an auto-increment primary key that never reuses a number. */
  readonly rowNumber: RawBuilder<unknown>
  /** Table option that stores rows in primary key order (SQLite: WITHOUT ROWID), if the database has one. */
  readonly withoutRows: RawBuilder<unknown>
  /** Column type of bytes. */
  readonly bytes: RawBuilder<unknown>
  readonly numbering: Numbering
  /** Extra columns of the change log where numbers are not assigned in commit order. */
  readonly changeOrder: RawBuilder<unknown>
  /** For what inserts changes to return: the number of the one right before its first in the log; null: not known. */
  readonly changeBefore: RawBuilder<number | null>
  /** A row's values by name, as a JSON object. */
  record(
    values: readonly (readonly [name: string, value: Expression<unknown>])[],
  ): RawBuilder<string>
  /** A JSON list of texts, in the order of another column. */
  texts(text: Expression<string>, order: Expression<unknown>): RawBuilder<string>
  /** The texts of a JSON list, to look for one among them. */
  listed(json: string): RawBuilder<string>
  /** Lower case, for all languages as far as the database supports them. */
  lower(text: Expression<unknown>): RawBuilder<string>
  /**
   * True where several transactions write at once. Writers then lock the rows that stand for what they change or decide
   * by: an agent, archive, block, run or vector set. Every statement sees what was committed before it.
   */
  readonly locksRows: boolean
}

/** Auto-increment numbers of a table. */
export interface Numbering {
  /** The highest number ever assigned, even if its row is deleted; 0: none yet. */
  last(db: Connection, table: NumberedTable): Promise<number>
  /** New rows get numbers above this one. */
  continueAfter(db: Connection, table: NumberedTable, number: number): Promise<void>
}

export type NumberedTable = {
  [Table in keyof Database]: Database[Table] extends { row: unknown } ? Table : never
}[keyof Database]

export const TEXT_INDEXES = ['passage', 'message'] as const
export type TextIndex = (typeof TEXT_INDEXES)[number]

/** The keyword index of the tables `passage` and `message`. */
export interface TextSearch {
  /** An older index format only marked entries as deleted and kept their words. */
  readonly keptWordsOnce: boolean
  create(db: Connection, index: TextIndex): Promise<void>
  drop(db: Connection, index: TextIndex): Promise<void>
  add(db: Connection, index: TextIndex, entries: readonly TextEntry[]): Promise<void>
  /** The same for several indexes, with their words together. */
  addAll(
    db: Connection,
    entries: { readonly [Index in TextIndex]: readonly TextEntry[] },
  ): Promise<void>
  /** Removes entries, given exactly as they were added, and the words that no other entry of their scope contains. */
  remove(db: Connection, index: TextIndex, entries: readonly TextEntry[]): Promise<void>
  /** Deletes whole scopes for good. Cheaper before their entries are removed than after. */
  forget(db: Connection, scopes: readonly string[]): Promise<void>
}

export interface TextEntry {
  readonly row: number
  /** As made by `search-scope.ts`. */
  readonly scope: string
  /** As returned by `indexWords`. */
  readonly words: readonly string[]
}

/** Storage of vectors: the table `vector`, and derived data for search. */
export interface VectorTables {
  create(db: Connection): Promise<void>
  /** Stores vectors of entries that have none in that set; existing ones are kept. */
  insert(db: Connection, vectors: readonly NewVector[]): Promise<void>
  /** Removes the vectors of these entries from these sets. */
  remove(db: Connection, setRows: readonly number[], entryRows: readonly number[]): Promise<void>
  /** Vectors of all sets after row `after`, in row order. */
  read(db: Connection, after: number, limit: number): Promise<readonly StoredVector[]>
  /** Stores vectors with the row numbers of another database. */
  restore(db: Connection, vectors: readonly StoredVector[]): Promise<void>
}

export interface NewVector {
  readonly set_row: number
  /** `row` of the passage or message. */
  readonly entry_row: number
  /** Encoded by `encodeFloat32`; a unit vector. */
  readonly vector: Uint8Array
}

export interface StoredVector extends NewVector {
  readonly row: number
}
