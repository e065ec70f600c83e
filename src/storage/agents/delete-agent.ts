import { sql } from 'kysely'
import type { Timestamp } from '../../core/clock.ts'
import type { AgentId } from '../../core/ids.ts'
import { MESSAGE_ROLES } from '../../core/message.ts'
import { recordChange } from '../changes/changes.ts'
import { companionsOf } from '../companions/companions.ts'
import { lockOwners } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { removeVectorSets } from '../embedding/remove-vector-sets.ts'
import { deleteArchives } from '../passages/delete-archives.ts'
import { archivesOf } from '../passages/passage-rows.ts'
import { ownPictures, removePictures } from '../pictures/pictures.ts'
import { messageEntry } from '../search/reindex.ts'
import { messageScope } from '../search/search-scope.ts'

/**
 * Deletes an agent with its companions, its own data and everything attached to no other agent. False: there is no such
 * agent.
 */
export async function deleteAgent(scope: QueryScope, id: AgentId, at: Timestamp): Promise<boolean> {
  const { db, namespace, dialect } = scope
  for (const companion of await companionsOf(scope, id)) await deleteAgent(scope, companion, at)
  await lockOwners(scope, 'agent', [id])
  // Locks shared blocks too: if two agents that share a block are deleted at once, the second must see that it is the
  // last.
  await lockOwners(scope, 'block', await blocksOf(scope, id))
  await lockOwners(scope, 'archive', await archivesOf(scope, id))
  const archives = await onlyWith(scope, id, 'agent_archive', 'archive_id')
  const blocks = await onlyWith(scope, id, 'agent_block', 'block_id')
  const pictures = await ownPictures(scope, id)
  await dialect.textSearch.forget(
    db,
    MESSAGE_ROLES.map((role) => messageScope(namespace, id, role)),
  )
  const messages = await db
    .selectFrom('message')
    .select(['row', 'namespace', 'agent_id', 'role', 'text'])
    .where('namespace', '=', namespace)
    .where('agent_id', '=', id)
    .where('text', '<>', '')
    .execute()
  await dialect.textSearch.remove(db, 'message', messages.map(messageEntry))
  await deleteArchives(scope, archives)
  const { numDeletedRows } = await db
    .deleteFrom('agent')
    .where('namespace', '=', namespace)
    .where('id', '=', id)
    .executeTakeFirst()
  if (numDeletedRows === 0n) return false
  await removeVectorSets(scope, 'agent', [id])
  await removeBlocks(scope, blocks)
  await removePictures(scope, pictures)
  await recordChange(db, namespace, 'agent', id, at)
  return true
}

async function blocksOf(
  { db, namespace }: QueryScope,
  agentId: AgentId,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('agent_block')
    .select('block_id')
    .where('namespace', '=', namespace)
    .where('agent_id', '=', agentId)
    .execute()
  return rows.map((row) => row.block_id)
}

/** Ids attached to this agent and to no other. */
async function onlyWith(
  { db, namespace }: QueryScope,
  agentId: AgentId,
  table: 'agent_archive' | 'agent_block',
  column: 'archive_id' | 'block_id',
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT mine.${sql.ref(column)} AS id FROM ${sql.table(table)} AS mine
    WHERE mine.namespace = ${namespace} AND mine.agent_id = ${agentId} AND NOT EXISTS (
      SELECT 1 FROM ${sql.table(table)} AS other
      WHERE other.namespace = mine.namespace AND other.${sql.ref(column)} = mine.${sql.ref(column)}
        AND other.agent_id <> mine.agent_id
    )`.execute(db)
  return rows.map((row) => row.id)
}

async function removeBlocks({ db, namespace }: QueryScope, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await db.deleteFrom('block').where('namespace', '=', namespace).where('id', 'in', ids).execute()
}
