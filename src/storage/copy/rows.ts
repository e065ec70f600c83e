import { sql } from 'kysely'
import type { Connection, VectorTables } from '../database/dialect.ts'
import type { CopiedTable } from './tables.ts'

export type Value = string | number | Uint8Array | null
export type Row = Readonly<Record<string, Value>>
/** Key of the last row read. */
export type Key = readonly (string | number)[]

/** The next rows after `after`, in key order, with all columns and the values that they get in the copy. */
export async function nextRows(
  db: Connection,
  vectors: VectorTables,
  { name, key, instead }: CopiedTable,
  after: Key | null,
  limit: number,
): Promise<readonly Row[]> {
  if (name === 'vector') {
    const read = await vectors.read(db, Number(after?.[0] ?? 0), limit)
    return read as readonly (Row & (typeof read)[number])[]
  }
  const place = sql.join(key.map((column) => sql.ref(column)))
  const behind = after === null ? sql`` : sql`WHERE (${place}) > (${sql.join([...after])})`
  const { rows } = await sql<Row>`SELECT * FROM ${sql.table(name)} ${behind}
    ORDER BY ${place} LIMIT ${sql.lit(limit)}`.execute(db)
  return rows.map((row) => ({ ...row, ...instead }))
}

export function keyOf({ key }: CopiedTable, row: Row): Key {
  return key.map((column) => {
    const value = row[column]
    if (typeof value === 'string' || typeof value === 'number') return value
    throw new Error(`a key is never ${typeof value}`)
  })
}

export function bytesOf(rows: readonly Row[]): number {
  let bytes = 0
  for (const row of rows) {
    for (const value of Object.values(row)) bytes += sizeOf(value)
  }
  return bytes
}

function sizeOf(value: Value): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 8
}
