import type { Config, DatabaseAddress, DatabaseSettings } from '../config/config.ts'
import { systemClock, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { describeError, type Log } from '../core/log.ts'
import type { CopyReports } from '../storage/copy/copy-database.ts'
import type { CopySource, CopyTarget } from '../storage/copy/ends.ts'
import type { Storage } from '../storage/port/store.ts'

/** Opens the database without workers. A read-only server neither creates nor migrates it. */
export async function openStorage(
  { database, readOnly, vectorBytes }: Pick<Config, 'database' | 'readOnly' | 'vectorBytes'>,
  log?: Log,
): Promise<Storage> {
  if (database.kind === 'postgres') return openServer(database, readOnly, log)
  const { openSqlite, openSqliteToRead } = await import('../storage/sqlite/open.ts')
  return readOnly
    ? openSqliteToRead(database.path, vectorBytes)
    : openSqlite(database.path, undefined, vectorBytes, log && ((said) => log('warn', said)))
}

async function openServer(
  { url, directUrl, connections }: Extract<DatabaseSettings, { kind: 'postgres' }>,
  readOnly: boolean,
  log: Log | undefined,
): Promise<Storage> {
  const { openPostgres, openPostgresToRead } = await import('../storage/postgres/open.ts')
  const options = {
    reach: { connectionString: url },
    listenAt: { connectionString: directUrl ?? url },
    hasPooler: directUrl !== null,
    connections,
    location: locationOf(url),
    onError: (error: unknown) =>
      log?.('warn', 'an index of vectors could not be built', { error: describeError(error) }),
  }
  return readOnly ? openPostgresToRead(options) : openPostgres(options)
}

/** Copies a whole database into another. No process may use the source meanwhile. Returns the number of rows. */
export async function copyData(
  from: DatabaseAddress,
  to: DatabaseAddress,
  reports: CopyReports,
  signal: AbortSignal,
): Promise<{ readonly rows: number }> {
  const { copyDatabase } = await import('../storage/copy/copy-database.ts')
  const source = await openToCopy(from)
  try {
    const target = await openAsTarget(to)
    try {
      return await copyDatabase(source, target, toTimestamp(systemClock()), reports, signal)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

/** Operations on SQLite files, without workers. Throws a UserError on PostgreSQL. */
export async function openDataFiles({ database }: Pick<Config, 'database'>) {
  if (database.kind === 'postgres') throw onServer(database.url)
  const [{ restoreSqlite }, { keptFiles, removeKept }, { checkPlace }, links] = await Promise.all([
    import('../storage/sqlite/restore.ts'),
    import('../storage/sqlite/kept-files.ts'),
    import('../storage/sqlite/check-place.ts'),
    import('../storage/sqlite/take-file.ts'),
  ])
  const path = links.followLinks(database.path)
  return {
    path,
    restore: (file: string) => restoreSqlite(file, path, new Date(systemClock())),
    kept: () => keptFiles(path),
    removeKept,
    checkPlace: () => checkPlace(path),
  }
}

/** Copies everything readable in a damaged SQLite file to a new one. */
export async function salvageData(damaged: string, target: string) {
  const { salvageSqlite } = await import('../storage/sqlite/salvage.ts')
  return salvageSqlite(damaged, target, new Date(systemClock()))
}

function onServer(url: string): UserError {
  return new UserError(
    'unsupported',
    `The data is in PostgreSQL (${locationOf(url)}), which has tools of its own, and nothing is kept beside it. To restore, stop the servers, then pg_restore --clean --if-exists --dbname=<url> <file> puts a dump of pg_dump --format=custom in place.`,
  )
}

async function openToCopy(address: DatabaseAddress): Promise<CopySource> {
  if (address.kind === 'sqlite') {
    const { openSqliteToCopy } = await import('../storage/sqlite/open-to-copy.ts')
    return openSqliteToCopy(address.path)
  }
  const { openPostgresToCopy } = await import('../storage/postgres/open-to-copy.ts')
  return openPostgresToCopy({ connectionString: address.url }, locationOf(address.url))
}

async function openAsTarget(address: DatabaseAddress): Promise<CopyTarget> {
  if (address.kind === 'sqlite') {
    const { openSqliteAsTarget } = await import('../storage/sqlite/open-to-copy.ts')
    return openSqliteAsTarget(address.path)
  }
  const { openPostgresAsTarget } = await import('../storage/postgres/open-to-copy.ts')
  return openPostgresAsTarget({ connectionString: address.url }, locationOf(address.url))
}

/** A database URL for display: without user, password and parameters. */
export function locationOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url)
  return `postgres://${host || (searchParams.get('host') ?? '')}${pathname}`
}
