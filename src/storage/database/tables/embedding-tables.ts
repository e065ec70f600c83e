import type { Generated } from 'kysely'

/** Vectors, what is derived from them, and the queue that makes them. */
export interface EmbeddingTables {
  /** All entries of one owner under one embedding model. */
  vector_set: {
    row: Generated<number>
    namespace: string
    /** `archive`: its passages; `agent`: its messages. */
    kind: string
    owner_id: string
    /** `provider/model`. */
    handle: string
    /** Null until the first vector is stored. */
    dimension: number | null
    /** `building`: some entries lack a vector, and an older set may serve; `serving`. */
    state: string
    /**
     * Progress over entries that are older than the set. Null: every entry has its vector or its task. Else the digest
     * (passages) or number (messages) up to which they have; empty at the start.
     */
    filled_to: Generated<string | null>
    /** Nothing of the set is embedded before this time; empty: not paused. */
    paused_until: Generated<string>
    problem: Generated<string | null>
    created_at: string
  }
  vector: {
    /** Counts up over all sets, so that an in-memory index can ask for newer vectors. */
    row: Generated<number>
    set_row: number
    /** `row` of the passage or message. */
    entry_row: number
    /** Float32, little-endian, unit length. */
    vector: Uint8Array
  }
  /** int8 codes of the same rows, a quarter of their size, for loading an in-memory index. */
  vector_code: {
    /** Row number of the vector. */
    row: number
    set_row: number
    entry_row: number
    /** Made by `createInt8Codes`. */
    code: Uint8Array
  }
  /** The fixed centroid of a set, computed once it has enough vectors. The table keeps its first name. */
  vector_middle: {
    set_row: number
    /** In the stored form of a vector. */
    vector: Uint8Array
  }
  /** Binary codes of the same rows, for every set that has a centroid. */
  vector_bits: {
    set_row: number
    /** Row number of the vector. */
    row: number
    entry_row: number
    /** Made by `createBinaryCodes` around the centroid. */
    code: Uint8Array
  }
  /** Log of deleted vectors, for the in-memory indexes of other processes. */
  vector_gone: { row: Generated<number>; set_row: number; entry_row: number }
  /** Entries waiting for their vector. */
  embedding_task: {
    row: Generated<number>
    set_row: number
    entry_row: number
    /** Not tried before this time; empty: at once. */
    retry_at: string
    attempts: number
    problem: string | null
    /** The batch that it is in. Free without one, or if nobody works on that. */
    job_row: number | null
  }
  /** Vectors by the SHA-256 of the embedded text, so that the same text is paid for once. */
  embedding_cache: { row: Generated<number>; handle: string; digest: string; vector: Uint8Array }
}
