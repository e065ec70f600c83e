import type DatabaseHandle from 'better-sqlite3'
import { type CodesKind, decodeFloat32 } from '../../vector/vector-index.ts'
import type { CodeBatch, StampedVector, VectorReads } from '../vectors/vector-reads.ts'
import { excludedEntries, passingEntries } from './entry-filter.ts'
import { preparedOn } from './statements.ts'

/** Bytes read in a few milliseconds. Chosen by hand. */
const BATCH_BYTES = 1_000_000
const MAX_CODES = 5_000
const DELETIONS_AT_A_TIME = 1_000
const CODE_TABLES = { int8: 'vector_code', binary: 'vector_bits' }
const BYTES_OF_A_COMPONENT = { int8: 1, binary: 1 / 8 }

interface VectorRow {
  readonly row: number
  readonly stamp: number
  readonly vector: Buffer
}

interface CodesRow {
  readonly rows: string
  readonly stamps: string
  readonly codes: Buffer | null
}

/** Synchronous, as better-sqlite3 is, so for use in a worker thread. */
export function openVectorReads(db: DatabaseHandle.Database): VectorReads {
  const prepare = preparedOn(db)
  const number = (sql: string, ...values: readonly number[]): number => {
    const found = prepare(sql).get(...values) as { readonly found: number | null } | undefined
    return found?.found ?? 0
  }
  const dimension = (setRow: number): number =>
    number('SELECT dimension AS found FROM vector_set WHERE row = ?', setRow)
  const toVectors = (rows: readonly unknown[]): readonly StampedVector[] =>
    (rows as readonly VectorRow[]).map(({ row, stamp, vector }) => ({
      row,
      stamp,
      vector: decodeFloat32(vector),
    }))
  // Joining codes in SQL is faster than in a loop over rows.
  const codes = (
    kind: CodesKind,
    selected: string,
    ...values: readonly (number | string)[]
  ): CodeBatch => {
    const found = prepare(
      `SELECT json_group_array(entry_row) AS rows, json_group_array(row) AS stamps,
         cast(group_concat(code, '') AS BLOB) AS codes
       FROM (SELECT row, entry_row, code FROM ${CODE_TABLES[kind]} ${selected})`,
    ).get(...values) as CodesRow
    return {
      rows: JSON.parse(found.rows) as number[],
      stamps: JSON.parse(found.stamps) as number[],
      codes: found.codes ?? new Uint8Array(),
    }
  }

  return {
    count: (setRow, most) =>
      number(
        'SELECT count(*) AS found FROM (SELECT 1 FROM vector WHERE set_row = ? LIMIT ?)',
        setRow,
        most,
      ),
    dimension: (setRow) => dimension(setRow) || null,
    centroid(setRow) {
      const found = prepare('SELECT vector FROM vector_middle WHERE set_row = ?')
        .pluck()
        .get(setRow)
      return found instanceof Uint8Array ? decodeFloat32(found) : null
    },
    codesAfter(kind, setRow, stamp) {
      const bytes = BYTES_OF_A_COMPONENT[kind] * (dimension(setRow) || 1)
      const most = Math.min(MAX_CODES, Math.ceil(BATCH_BYTES / bytes))
      return codes(kind, 'WHERE set_row = ? AND row > ? ORDER BY row LIMIT ?', setRow, stamp, most)
    },
    codesOf: (kind, setRow, rows) =>
      codes(
        kind,
        `WHERE set_row = ? AND row IN
           (SELECT row FROM vector WHERE set_row = ? AND entry_row IN (SELECT value FROM json_each(?)))
         ORDER BY row`,
        setRow,
        setRow,
        JSON.stringify(rows),
      ),
    vectorsAfter: (setRow, stamp) =>
      toVectors(
        prepare(
          `SELECT entry_row AS row, vector.row AS stamp, vector FROM vector
           WHERE set_row = ? AND vector.row > ? ORDER BY vector.row LIMIT ?`,
        ).all(setRow, stamp, Math.ceil(BATCH_BYTES / (4 * (dimension(setRow) || 1)))),
      ),
    vectorsOf: (setRow, rows) =>
      toVectors(
        prepare(
          `SELECT entry_row AS row, vector.row AS stamp, vector FROM vector
           WHERE set_row = ? AND entry_row IN (SELECT value FROM json_each(?))`,
        ).all(setRow, JSON.stringify(rows)),
      ),
    sample(setRow, most) {
      const least = number('SELECT min(row) AS found FROM vector WHERE set_row = ?', setRow)
      const greatest = number('SELECT max(row) AS found FROM vector WHERE set_row = ?', setRow)
      const at = prepare(
        'SELECT vector FROM vector WHERE set_row = ? AND row >= ? ORDER BY row LIMIT 1',
      ).pluck()
      return Array.from({ length: most }, (_, index) => {
        const vector = at.get(setRow, least + Math.floor(((greatest - least) * index) / most))
        return vector instanceof Uint8Array ? [decodeFloat32(vector)] : []
      }).flat()
    },
    newest: () => number('SELECT max(row) AS found FROM vector'),
    lastDeletion: () =>
      number("SELECT seq AS found FROM sqlite_sequence WHERE name = 'vector_gone'"),
    deletionsAfter(setRow, after) {
      const head = number("SELECT seq AS found FROM sqlite_sequence WHERE name = 'vector_gone'")
      const rows = prepare(
        'SELECT row, entry_row FROM vector_gone WHERE set_row = ? AND row > ? AND row <= ? ORDER BY row LIMIT ?',
      ).all(setRow, after, head, DELETIONS_AT_A_TIME) as { row: number; entry_row: number }[]
      const hasMore = rows.length === DELETIONS_AT_A_TIME
      const last = hasMore ? (rows.at(-1)?.row ?? head) : head
      // Counted after reading, because old log rows may be deleted meanwhile. The only other cause of a gap is a
      // deleted set, for which a rebuild is harmless.
      const there = number(
        'SELECT count(*) AS found FROM vector_gone WHERE row > ? AND row <= ?',
        after,
        last,
      )
      return {
        rows: rows.map(({ entry_row }) => entry_row),
        last,
        hasMore,
        isGapped: there < last - after,
      }
    },
    passing: (request, owner, most) => passingEntries(prepare, request, owner, most),
    refused: (request, owner) => excludedEntries(prepare, request, owner),
  }
}
