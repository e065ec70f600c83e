import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/** Finds a conversation by what its client has of it, for clients that send their whole transcript each time. */
export async function transcripts(db: Connection): Promise<void> {
  await sql`ALTER TABLE conversation ADD COLUMN transcript TEXT`.execute(db)
  await sql`CREATE INDEX conversation_transcript ON conversation (namespace, agent_id, transcript)
    WHERE transcript IS NOT NULL`.execute(db)
}
