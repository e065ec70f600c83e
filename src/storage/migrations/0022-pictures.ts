import { sql } from 'kysely'
import type { Connection, Dialect } from '../database/dialect.ts'

/** Pictures of messages, stored once by content, in parts; and which agents have them. */
export async function pictures(db: Connection, { bytes }: Dialect): Promise<void> {
  const statements = [
    sql`CREATE TABLE picture (
      namespace TEXT NOT NULL, digest TEXT NOT NULL, media_type TEXT NOT NULL, size INTEGER NOT NULL,
      width INTEGER NOT NULL, height INTEGER NOT NULL,
      PRIMARY KEY (namespace, digest)
    )`,
    sql`CREATE TABLE picture_part (
      namespace TEXT NOT NULL, digest TEXT NOT NULL, number INTEGER NOT NULL, bytes ${bytes} NOT NULL,
      PRIMARY KEY (namespace, digest, number),
      FOREIGN KEY (namespace, digest) REFERENCES picture (namespace, digest) ON DELETE CASCADE
    )`,
    sql`CREATE TABLE agent_picture (
      namespace TEXT NOT NULL, agent_id TEXT NOT NULL, digest TEXT NOT NULL, problem TEXT,
      PRIMARY KEY (namespace, agent_id, digest),
      FOREIGN KEY (namespace, agent_id) REFERENCES agent (namespace, id) ON DELETE CASCADE,
      FOREIGN KEY (namespace, digest) REFERENCES picture (namespace, digest) ON DELETE CASCADE
    )`,
    sql`CREATE INDEX agent_picture_picture ON agent_picture (namespace, digest)`,
    sql`ALTER TABLE run ADD COLUMN pictures TEXT NOT NULL DEFAULT '[]'`,
  ]
  for (const statement of statements) await statement.execute(db)
}
