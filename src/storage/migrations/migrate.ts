import { type Kysely, sql } from 'kysely'
import { UserError } from '../../core/errors.ts'
import type { Connection, Dialect } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import type { Migration } from './index.ts'

export interface MigrateOptions {
  readonly db: Kysely<Database>
  readonly dialect: Dialect
  readonly migrations: readonly Migration[]
  readonly hasVersionTable: (db: Connection) => Promise<boolean>
  /** Called first in the migrating transaction, where several processes could migrate at once. */
  readonly lock?: (trx: Connection) => Promise<void>
  /** Called after the last change: adjusts column types that differ between databases. */
  readonly evenOut?: (trx: Connection) => Promise<void>
  /** Called before the first change to a database that has content. */
  readonly backup: (version: number) => Promise<void>
  /** For the command that continues an unfinished copy; everybody else is refused. */
  readonly acceptsUnfinished?: boolean
}

/*
 * A database that is being copied into has a negative version, so no process uses half of the data, whether it opened
 * the database before or opens it meanwhile.
 */
export const markUnfinished = (version: number): number => -version
const isUnfinished = (version: number): boolean => version < 0

/**
 * Migrates the database to the newest version. The version is read again inside the transaction, so of several
 * processes one migrates and the others find it done.
 */
export async function migrate(options: MigrateOptions): Promise<number> {
  const { db, dialect, migrations } = options
  const known = migrations.length
  const found = await readVersion(db, options)
  if (isUnfinished(found)) {
    if (!options.acceptsUnfinished) throw unfinishedCopy()
    if (found === markUnfinished(known)) return known
    throw otherUnfinishedCopy()
  }
  if (found > known) throw newerDatabase(found, known)
  if (found === known) return known
  await db.transaction().execute(async (trx) => {
    await options.lock?.(trx)
    const version = await readVersion(trx, options)
    if (isUnfinished(version)) throw unfinishedCopy()
    if (version > known) throw newerDatabase(version, known)
    // Under the write lock, so that the backup has this version and nothing is written in between.
    if (version > 0 && version < known) await options.backup(version)
    if (version === 0 && !(await options.hasVersionTable(trx))) {
      await sql`CREATE TABLE schema_version (version INTEGER NOT NULL)`.execute(trx)
      await sql`INSERT INTO schema_version (version) VALUES (0)`.execute(trx)
    }
    for (const migration of migrations.slice(version)) await migration(trx, dialect)
    await options.evenOut?.(trx)
    await trx.updateTable('schema_version').set({ version: known }).execute()
  })
  return known
}

/** The version of a database that is only read: it must equal the known one, since nothing is migrated. */
export async function versionToRead(
  options: Pick<MigrateOptions, 'db' | 'migrations' | 'hasVersionTable'>,
): Promise<number> {
  const known = options.migrations.length
  const found = await readVersion(options.db, options)
  if (isUnfinished(found)) throw unfinishedCopy()
  if (found > known) throw newerDatabase(found, known)
  if (found === known) return known
  throw new UserError(
    'unsupported',
    `The data has schema ${found} and this Recollect reads schema ${known}; a read-only command does not migrate. ` +
      'Start this version once without RECOLLECT_READ_ONLY, which brings the data up to date.',
  )
}

async function readVersion(
  db: Connection,
  { hasVersionTable }: Pick<MigrateOptions, 'hasVersionTable'>,
): Promise<number> {
  if (!(await hasVersionTable(db))) return 0
  const row = await db.selectFrom('schema_version').select('version').executeTakeFirst()
  return row?.version ?? 0
}

/** Every write transaction starts with this: a process older than its database writes nothing. */
export function assertVersion(version: number, known: number): void {
  if (version === known) return
  if (isUnfinished(version)) throw unfinishedCopy()
  throw new UserError(
    'unsupported',
    `The data was migrated to schema ${version} by a newer Recollect while this one (schema ${known}) was running; ` +
      'nothing was written. Restart this server with the newer version.',
  )
}

function unfinishedCopy(): UserError {
  return new UserError(
    'unsupported',
    'Data is being copied into this database, and the copy is not finished. ' +
      'Wait for the recollect migrate that writes it, or run the same command again to finish it.',
  )
}

function otherUnfinishedCopy(): UserError {
  return new UserError(
    'unsupported',
    'The target holds a copy that another version of Recollect began and did not finish. ' +
      'Finish it with that version, or start again with an empty target.',
  )
}

function newerDatabase(found: number, known: number): UserError {
  return new UserError(
    'unsupported',
    `The data was written by a newer Recollect (schema ${found}; this one knows ${known}) and was left as it is. ` +
      'Update Recollect, or set RECOLLECT_HOME to another directory.',
  )
}
