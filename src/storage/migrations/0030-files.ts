import { sql } from 'kysely'
import type { Connection, Dialect } from '../database/dialect.ts'

/** Documents that were loaded into archives. */
export async function files(db: Connection, { rowNumber }: Dialect): Promise<void> {
  await sql`CREATE TABLE file (
    row ${rowNumber}, namespace TEXT NOT NULL, id TEXT NOT NULL, archive_id TEXT NOT NULL, name TEXT NOT NULL,
    origin TEXT NOT NULL, bytes INTEGER, changed_at TEXT, loaded_at TEXT NOT NULL, retired_at TEXT, note TEXT NOT NULL,
    UNIQUE (namespace, id),
    UNIQUE (namespace, archive_id, name),
    FOREIGN KEY (namespace, archive_id) REFERENCES archive (namespace, id) ON DELETE CASCADE
  )`.execute(db)
  await sql`CREATE INDEX file_list ON file (namespace, archive_id, row)`.execute(db)
}
