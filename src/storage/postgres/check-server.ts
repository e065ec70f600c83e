import { sql } from 'kysely'
import { UserError } from '../../core/errors.ts'
import type { Connection } from '../database/dialect.ts'
import { codeOf } from './errors.ts'

const OLDEST_SERVER = 15
const OLDEST_VECTOR = [0, 8] as const

/** Throws UserError, with the fix, if the server is too old. */
export async function checkServer(db: Connection): Promise<void> {
  const { rows } = await sql<{ number: number; name: string }>`
    SELECT current_setting('server_version_num')::bigint AS number, current_setting('server_version') AS name`.execute(
    db,
  )
  const [server] = rows
  if (!server || server.number >= OLDEST_SERVER * 10_000) return
  throw new UserError(
    'unsupported',
    `This is PostgreSQL ${server.name}, and Recollect needs ${OLDEST_SERVER} or newer. Update the server, or name another in RECOLLECT_DATABASE_URL.`,
  )
}

/**
 * Creates the extension pgvector if it is missing. Throws UserError, with the fix, if that fails or the version is too
 * old.
 */
export async function checkVector(db: Connection): Promise<void> {
  const { rows } = await sql<{
    there: string | null
    hidden: string | null
    available: string | null
  }>`
    SELECT (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS there,
      (SELECT extnamespace::regnamespace::text FROM pg_extension
        WHERE extname = 'vector' AND to_regtype('vector') IS NULL) AS hidden,
      (SELECT default_version FROM pg_available_extensions WHERE name = 'vector') AS available`.execute(
    db,
  )
  const { there = null, hidden = null, available = null } = rows[0] ?? {}
  if (hidden !== null) {
    throw new UserError(
      'unsupported',
      `The extension pgvector is in the schema ${hidden}, where this user does not look. Run ALTER EXTENSION vector SET SCHEMA public; or add that schema to the search_path of the user.`,
    )
  }
  if (there !== null && isRecent(there)) return
  if (available === null || !isRecent(available)) {
    throw new UserError(
      'unsupported',
      `Recollect needs pgvector ${OLDEST_VECTOR.join('.')} or newer, and this server ${available === null ? 'has none' : `has ${available}`}. ` +
        'Install it on the machine of the server (packages are called postgresql-<version>-pgvector; see github.com/pgvector/pgvector), then start again.',
    )
  }
  const statement =
    there === null ? 'CREATE EXTENSION IF NOT EXISTS vector' : 'ALTER EXTENSION vector UPDATE'
  try {
    await sql`${sql.raw(statement)}`.execute(db)
  } catch (error) {
    const code = codeOf(error instanceof UserError ? error.cause : error)
    // Another Recollect that started at the same moment created it first.
    if (['23505', '42710'].includes(code)) return checkVector(db)
    if (code !== '42501') throw error
    throw new UserError(
      'unsupported',
      `Recollect needs pgvector ${OLDEST_VECTOR.join('.')} or newer in this database, and this user may not see to it. Let an administrator run there: ${statement};`,
      { cause: error },
    )
  }
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > OLDEST_VECTOR[0] || (major === OLDEST_VECTOR[0] && minor >= OLDEST_VECTOR[1])
}

/** A schema with tables of another program is refused. */
export async function refuseForeign(db: Connection): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    SELECT rel.relname AS name FROM pg_class AS rel
    WHERE rel.relnamespace = current_schema()::regnamespace AND rel.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = rel.oid AND deptype = 'e')
    ORDER BY 1`.execute(db)
  const names = rows.map(({ name }) => name)
  if (names.length === 0 || (names.includes('schema_version') && names.includes('agent_block'))) {
    return
  }
  throw new UserError(
    'unsupported',
    `The database holds tables of another program (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}) and was left as it is. ` +
      'Give Recollect a database of its own (CREATE DATABASE recollect), and name that in RECOLLECT_DATABASE_URL.',
  )
}

/**
 * Not to_regclass(): while waiting for a migrating process it can keep a cached answer that the table does not exist.
 */
export async function hasVersionTable(db: Connection): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`
    SELECT EXISTS (SELECT 1 FROM pg_class
      WHERE relname = 'schema_version' AND relnamespace = current_schema()::regnamespace) AS there`.execute(
    db,
  )
  return rows[0]?.there === true
}
