import { existsSync, statSync } from 'node:fs'
import type DatabaseHandle from 'better-sqlite3'
import { Kysely } from 'kysely'
import { UserError } from '../../core/errors.ts'
import { TEXT_INDEXES } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import { MIGRATIONS } from '../migrations/index.ts'
import { migrate } from '../migrations/migrate.ts'
import { indexMessages, indexPassages } from '../search/reindex.ts'
import { type Adopted, adoptOrphans } from './adopt-orphans.ts'
import { createTarget, removeDatabase } from './backup.ts'
import { checkIntegrity } from './check-integrity.ts'
import { connect } from './connections.ts'
import { copyTable, type SalvagedTable } from './copy-table.ts'
import { type DamagedTable, describeTable } from './damaged-table.ts'
import { dialect } from './dialect.ts'
import { sqliteDialect } from './driver.ts'
import { mendValues } from './mend-values.ts'
import { hasVersionTable } from './open.ts'
import { restoreVectors } from './restore-vectors.ts'
import { followLinks } from './take-file.ts'

export interface Salvaged {
  readonly tables: readonly SalvagedTable[]
  readonly adopted: Adopted
  /** Readable values that were not as stored and were repaired, by table. */
  readonly mended: ReadonlyMap<string, number>
}

/** Tables that are rebuilt from others, or useless to the next process. */
const MADE_ANEW = new Set([
  'schema_version',
  'word',
  'lease',
  'event',
  'vector',
  'vector_code',
  'vector_bits',
  'vector_middle',
  'vector_gone',
])

/** Copies all readable rows to a new file, and rebuilds derived tables. */
export async function salvageSqlite(damaged: string, target: string, now: Date): Promise<Salvaged> {
  const path = followLinks(damaged)
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new UserError('not_found', `There is no file ${path} to salvage anything from.`)
  }
  const source = await connect(path, 'damaged')
  createTarget(target)
  try {
    const version = versionOf(source)
    const handle = await connect(target)
    try {
      const db = new Kysely<Database>({ dialect: sqliteDialect(handle) })
      const migrateTo = (to: number) =>
        migrate({
          db,
          dialect,
          migrations: MIGRATIONS.slice(0, to),
          hasVersionTable,
          backup: async () => {},
        })
      await migrateTo(version)
      handle.pragma('foreign_keys = OFF')
      const tables = handle.transaction(() =>
        tablesOf(handle).map((table) => copyTable(source, handle, table)),
      )()
      await migrateTo(MIGRATIONS.length)
      const mended = handle.transaction(() => mendValues(handle))()
      const adopted = handle.transaction(() => adoptOrphans(handle, now.toISOString()))()
      handle.pragma('foreign_keys = ON')
      const vectors = await restoreVectors(source, db, describeTable(handle, 'vector'))
      await db.transaction().execute(async (trx) => {
        for (const index of TEXT_INDEXES) {
          await dialect.textSearch.drop(trx, index)
          await dialect.textSearch.create(trx, index)
        }
        await trx.deleteFrom('word').execute()
        await indexPassages(trx, dialect)
        await indexMessages(trx, dialect)
      })
      const [problem] = checkIntegrity(handle)
      if (problem !== undefined)
        throw new Error(`what was salvaged does not fit together: ${problem}`)
      if ([...tables, vectors].every(({ rows }) => rows === 0)) throw nothingToRead(path)
      return { tables: [...tables, vectors], adopted, mended }
    } finally {
      handle.close()
    }
  } catch (error) {
    removeDatabase(target)
    throw error
  } finally {
    source.close()
  }
}

function nothingToRead(path: string): UserError {
  return new UserError(
    'unsupported',
    `Nothing in ${path} can be read by SQLite, so no new file was made. If its first page is gone, the .recover command of the sqlite3 shell may find rows in the others; else bring back a backup with recollect restore <file>.`,
  )
}

function versionOf(source: DatabaseHandle.Database): number {
  try {
    const version = Number(source.prepare('SELECT version FROM schema_version').pluck().get())
    return version >= 1 && version <= MIGRATIONS.length ? version : MIGRATIONS.length
  } catch {
    return MIGRATIONS.length
  }
}

/** Tables whose rows are copied as they are. */
function tablesOf(handle: DatabaseHandle.Database): readonly DamagedTable[] {
  const names = handle
    .prepare(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
       AND name NOT LIKE '%\\_words%' ESCAPE '\\'`,
    )
    .pluck()
    .all() as string[]
  return names.filter((name) => !MADE_ANEW.has(name)).map((name) => describeTable(handle, name))
}
