import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Archives that were made as folders of files. */
export async function folders(db: Connection): Promise<void> {
  await sql`ALTER TABLE archive ADD COLUMN folder TEXT`.execute(db)
}
