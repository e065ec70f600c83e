import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Metadata that clients keep with agents and blocks, and how people rated steps. */
export async function metadata(db: Connection): Promise<void> {
  const statements = [
    sql`ALTER TABLE agent ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}'`,
    sql`ALTER TABLE block ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}'`,
    sql`ALTER TABLE step ADD COLUMN feedback TEXT`,
  ]
  for (const statement of statements) await statement.execute(db)
}
