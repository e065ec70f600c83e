import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/**
 * Open runs in the order in which they were accepted: whoever is free takes the first that it may. And the few agents
 * that name an embedding model, where the server has none for all.
 */
export async function queues(db: Connection): Promise<void> {
  await sql`CREATE INDEX run_queue ON run ((row + 0))
    WHERE status IN ('queued', 'running', 'waiting', 'requires_approval')`.execute(db)
  await sql`CREATE INDEX agent_embedding ON agent (namespace, id) WHERE embedding IS NOT NULL`.execute(
    db,
  )
}
