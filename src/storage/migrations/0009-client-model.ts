import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Steps answered by a client's model (sampling), and the server's signing keys. */
export async function clientModel(db: Connection): Promise<void> {
  const statements = [
    sql`ALTER TABLE run ADD COLUMN client_samples INTEGER NOT NULL DEFAULT 0`,
    sql`ALTER TABLE run ADD COLUMN ask TEXT`,
    sql`ALTER TABLE step ADD COLUMN client_answer TEXT`,
    sql`CREATE TABLE signing_key (name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name))`,
  ]
  for (const statement of statements) await statement.execute(db)
}
