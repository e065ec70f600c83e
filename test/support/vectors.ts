import DatabaseHandle from 'better-sqlite3'
import { Kysely } from 'kysely'
import { toUnitLength } from '../../src/core/unit-length.ts'
import type { Database } from '../../src/storage/database/schema.ts'
import type { EmbedQuery } from '../../src/storage/port/store.ts'
import { sqliteDialect } from '../../src/storage/sqlite/driver.ts'
import { sqliteVectors } from '../../src/storage/sqlite/vector-tables.ts'
import { encodeFloat32 } from '../../src/vector/vector-index.ts'
import { seededRandom } from './stores.ts'

/** A connection of its own that writes vectors, as an embedding process does. */
export interface VectorWriter {
  /** Adds a set for all entries of that archive or agent; returns its row. */
  addSet(set: {
    readonly kind: 'archive' | 'agent'
    readonly owner: string
    readonly handle: string
    readonly dimension: number
  }): Promise<number>
  /** In place of those that the entries have. */
  put(
    setRow: number,
    vectors: readonly (readonly [row: number, vector: Float32Array])[],
  ): Promise<void>
  remove(setRow: number, rows: readonly number[]): Promise<void>
  /** Rows of entries, by their ids. */
  rowsOf(index: 'passage' | 'message', ids: readonly string[]): readonly number[]
  /** The archive that is the agent's default. */
  archiveOf(agent: string): string
  /** As when they are so old that nobody keeps them. */
  forgetDeletions(): void
  close(): Promise<void>
}

export function openVectorWriter(path: string): VectorWriter {
  const handle = new DatabaseHandle(path, { timeout: 10_000 })
  handle.pragma('foreign_keys = ON')
  const db = new Kysely<Database>({ dialect: sqliteDialect(handle) })
  return {
    async addSet({ kind, owner, handle: model, dimension }) {
      const { row } = await db
        .insertInto('vector_set')
        .values({
          namespace: 'default',
          kind,
          owner_id: owner,
          handle: model,
          dimension,
          state: 'serving',
          created_at: '2026-01-01T00:00:00.000Z',
        })
        .returning('row')
        .executeTakeFirstOrThrow()
      return row
    },
    async put(setRow, vectors) {
      const rows = vectors.map(([row]) => row)
      await db.transaction().execute(async (trx) => {
        await sqliteVectors.remove(trx, [setRow], rows)
        await sqliteVectors.insert(
          trx,
          vectors.map(([row, vector]) => ({
            set_row: setRow,
            entry_row: row,
            vector: encodeFloat32(vector),
          })),
        )
      })
    },
    remove: (setRow, rows) =>
      db.transaction().execute((trx) => sqliteVectors.remove(trx, [setRow], rows)),
    rowsOf(index, ids) {
      // Without the namespace no index serves, and each id costs a look at all.
      const row = handle
        .prepare(`SELECT row FROM ${index} WHERE namespace = 'default' AND id = ?`)
        .pluck()
      return ids.map((id) => Number(row.get(id)))
    },
    archiveOf: (agent) =>
      String(
        handle
          .prepare('SELECT archive_id FROM agent_archive WHERE agent_id = ? AND is_default = 1')
          .pluck()
          .get(agent),
      ),
    forgetDeletions: () => void handle.exec('DELETE FROM vector_gone'),
    close: () => db.destroy(),
  }
}

export const MADE_UP_DIMENSION = 64

/** The same in every process, for an entry and how often it was embedded. */
export function madeUpVector(row: number, version: number): Float32Array {
  return randomVector(seededRandom(row * 1_000 + version), MADE_UP_DIMENSION)
}

/** That of the numbers in the text: a row and a version. */
export function vectorOfText(text: string): Float32Array {
  const [row = 0, version = 0] = (text.match(/\d+/g) ?? []).map(Number)
  return madeUpVector(row, version)
}

/** A vector of unit length; `random` gives numbers from 0 to 1. */
export function randomVector(random: () => number, dimension: number): Float32Array {
  const components = Float64Array.from({ length: dimension }, () => random() + random() - 1)
  return toUnitLength(components) ?? randomVector(random, dimension)
}

/** Every query embedded as this vector, by a model of this handle. */
export function embedAs(handle: string, vector: Float32Array): EmbedQuery {
  return async () => ({ questions: [{ handle, vector, weight: 1 }], problems: [] })
}
