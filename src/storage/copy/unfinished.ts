import { type Kysely, sql, type Transaction } from 'kysely'
import { UserError } from '../../core/errors.ts'
import type { Connection } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import { markUnfinished } from '../migrations/migrate.ts'
import type { Key } from './rows.ts'
import type { Sums } from './sum-rows.ts'

/** State of an unfinished copy, in a table of its own until the copy is finished. */
export interface Unfinished {
  /** Location of the source, for people. */
  readonly source: string
  /** Checksums of the source, to recognise it. */
  readonly sums: Sums
  readonly reached: Reached
  /** The copy differs from its source and is useless. */
  readonly spoiled: boolean
}

export interface Reached {
  /** Index of the current table; earlier ones are done. */
  readonly table: number
  readonly after: Key | null
  /** Rows copied so far, over all tables. */
  readonly rows: number
}

export const NOTHING_REACHED: Reached = { table: 0, after: null, rows: 0 }

interface WithCopy extends Database {
  readonly unfinished_copy: {
    readonly source: string
    readonly sums: string
    readonly reached: string
    readonly spoiled: number
  }
}

const within = (db: Connection) => db as Kysely<WithCopy> | Transaction<WithCopy>

/** Undefined: the database is not an unfinished copy. */
export async function readUnfinished(db: Connection): Promise<Unfinished | undefined> {
  const { version } = await db
    .selectFrom('schema_version')
    .select('version')
    .executeTakeFirstOrThrow()
  if (version >= 0) return undefined
  const row = await within(db).selectFrom('unfinished_copy').selectAll().executeTakeFirstOrThrow()
  return {
    source: row.source,
    sums: JSON.parse(row.sums),
    reached: JSON.parse(row.reached),
    spoiled: row.spoiled === 1,
  }
}

/** Makes the database unusable for everybody else. */
export async function beginUnfinished(
  trx: Connection,
  version: number,
  { source, sums, reached }: Omit<Unfinished, 'spoiled'>,
): Promise<void> {
  await trx
    .updateTable('schema_version')
    .set({ version: markUnfinished(version) })
    .execute()
  await sql`CREATE TABLE unfinished_copy (
    source TEXT NOT NULL, sums TEXT NOT NULL, reached TEXT NOT NULL, spoiled INTEGER NOT NULL
  )`.execute(trx)
  await within(trx)
    .insertInto('unfinished_copy')
    .values({ source, sums: JSON.stringify(sums), reached: JSON.stringify(reached), spoiled: 0 })
    .execute()
}

/** Call it in the transaction that writes the rows in between. */
export async function moveOn(trx: Connection, from: Reached, to: Reached): Promise<void> {
  const { numUpdatedRows } = await within(trx)
    .updateTable('unfinished_copy')
    .set({ reached: JSON.stringify(to) })
    .where('reached', '=', JSON.stringify(from))
    .executeTakeFirst()
  if (numUpdatedRows === 1n) return
  throw new UserError(
    'conflict',
    'Another recollect migrate copies into this target. Let one of them finish.',
  )
}

export async function spoil(db: Connection): Promise<void> {
  await within(db).updateTable('unfinished_copy').set({ spoiled: 1 }).execute()
}

/** Makes the database usable. */
export async function endUnfinished(trx: Connection, version: number): Promise<void> {
  await sql`DROP TABLE unfinished_copy`.execute(trx)
  await trx.updateTable('schema_version').set({ version }).execute()
}
