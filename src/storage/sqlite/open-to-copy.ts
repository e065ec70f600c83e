import { existsSync } from 'node:fs'
import type DatabaseHandle from 'better-sqlite3'
import { Kysely } from 'kysely'
import { UserError } from '../../core/errors.ts'
import type { CopySource, CopyTarget } from '../copy/ends.ts'
import type { Database } from '../database/schema.ts'
import { MIGRATIONS } from '../migrations/index.ts'
import { migrate, versionToRead } from '../migrations/migrate.ts'
import { connect } from './connections.ts'
import { dialect } from './dialect.ts'
import { sqliteDialect } from './driver.ts'
import { endIfThereIsSpace, hasVersionTable, readSnapshot, tellOnStderr } from './open.ts'
import { takeFile } from './take-file.ts'

/** Opens a file as the source of a copy: read-only, while others may write to it. */
export async function openSqliteToCopy(path: string): Promise<CopySource> {
  if (!existsSync(path)) {
    throw new UserError('not_found', `There is no data at ${path}, so there is nothing to copy.`)
  }
  await readSnapshot(path, (db) => versionToRead({ db, migrations: MIGRATIONS, hasVersionTable }))
  return {
    location: path,
    dialect,
    snapshot: (work) => readSnapshot(path, work),
    async close() {},
  }
}

/** Opens a new file, or one with an unfinished copy, as the target. */
export async function openSqliteAsTarget(path: string): Promise<CopyTarget> {
  const hold = await takeFile(path, tellOnStderr)
  let handle: DatabaseHandle.Database | undefined
  const close = () => {
    if (handle?.open && hold.tryAlone()) endIfWritten(handle)
    handle?.close()
    hold.tryAlone()
    hold.release()
  }
  try {
    await hold.share()
    handle = await connect(path)
    const db = new Kysely<Database>({ dialect: sqliteDialect(handle) })
    const schemaVersion = await migrate({
      db,
      dialect,
      migrations: MIGRATIONS,
      hasVersionTable,
      acceptsUnfinished: true,
      backup: () => refuseOld(path),
    })
    return {
      location: path,
      schemaVersion,
      dialect,
      reader: db,
      transact: (work) => db.transaction().execute(work),
      async close() {
        close()
        await db.destroy()
      },
    }
  } catch (error) {
    close()
    throw error
  }
}

/** Marks the file as closed with all its commits; one that was not written to keeps its bytes. */
function endIfWritten(handle: DatabaseHandle.Database): void {
  if (handle.pragma('user_version', { simple: true }) !== 0) endIfThereIsSpace(handle)
}

/** Data of an older version counts as not empty; it is not migrated just to say so. */
async function refuseOld(path: string): Promise<never> {
  throw new UserError(
    'conflict',
    `${path} holds data already, and a copy is never mixed with other data. Name a file that does not exist yet.`,
  )
}
