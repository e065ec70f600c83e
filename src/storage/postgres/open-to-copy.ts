import { type Kysely, sql } from 'kysely'
import { UserError } from '../../core/errors.ts'
import type { CopySource, CopyTarget } from '../copy/ends.ts'
import type { Database } from '../database/schema.ts'
import { MIGRATIONS } from '../migrations/index.ts'
import { versionToRead } from '../migrations/migrate.ts'
import { checkServer, hasVersionTable } from './check-server.ts'
import { createPool, type Reach } from './connections.ts'
import { createPostgresDialect, unicodeCollation } from './dialect.ts'
import { inWords } from './errors.ts'
import { kyselyOver, prepareSchema, readSnapshot } from './open.ts'
import { transact } from './transact.ts'

/** One for transactions, one beside them. */
const CONNECTIONS = 2

/** Opens a database as the source of a copy: read-only, while others may write to it. */
export async function openPostgresToCopy(reach: Reach, location: string): Promise<CopySource> {
  return opened(reach, async (db, collation) => {
    if (!(await hasVersionTable(db))) {
      throw new UserError(
        'not_found',
        `There is no data at ${location}, so there is nothing to copy.`,
      )
    }
    await versionToRead({ db, migrations: MIGRATIONS, hasVersionTable })
    return {
      location,
      dialect: createPostgresDialect(collation),
      snapshot: (work) =>
        readSnapshot(db, async (trx) => {
          await sql`SET LOCAL statement_timeout = 0`.execute(trx)
          return work(trx)
        }),
      close: () => db.destroy(),
    }
  })
}

/** Opens an empty database, or one with an unfinished copy, as the target. */
export async function openPostgresAsTarget(reach: Reach, location: string): Promise<CopyTarget> {
  return opened(reach, async (db, collation) => ({
    location,
    schemaVersion: await prepareSchema(db, collation, {
      migrations: MIGRATIONS,
      acceptsUnfinished: true,
    }),
    dialect: createPostgresDialect(collation),
    reader: db,
    // Servers that opened the database earlier notice in their own transactions that writing is now refused.
    transact: (work) => transact(db, work),
    close: () => db.destroy(),
  }))
}

async function opened<T>(
  reach: Reach,
  open: (db: Kysely<Database>, collation: string) => Promise<T>,
): Promise<T> {
  const db = kyselyOver(createPool({ reach, most: CONNECTIONS }))
  try {
    await checkServer(db)
    return await open(db, await unicodeCollation(db))
  } catch (error) {
    await db.destroy()
    throw inWords(error)
  }
}
