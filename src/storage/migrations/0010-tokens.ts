import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Bearer tokens. Revoking a token frees its name. */
export async function tokens(db: Connection): Promise<void> {
  await sql`CREATE TABLE access_token (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    namespace TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    last_used_at TEXT,
    revoked_at TEXT
  )`.execute(db)
  await sql`CREATE UNIQUE INDEX access_token_name ON access_token (name)
    WHERE revoked_at IS NULL`.execute(db)
}
