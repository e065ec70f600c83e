import { sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'

/**
 * Index of open runs in the order of acceptance, from which free workers take the first, and of the few agents that
 * name an embedding model.
 */
export async function queues(db: Connection): Promise<void> {
  await sql`CREATE INDEX run_queue ON run ((row + 0))
    WHERE status IN ('queued', 'running', 'waiting', 'requires_approval')`.execute(db)
  await sql`CREATE INDEX agent_embedding ON agent (namespace, id) WHERE embedding IS NOT NULL`.execute(
    db,
  )
}
