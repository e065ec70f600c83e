import type { Timestamp } from '../../core/clock.ts'
import type { BlockId } from '../../core/ids.ts'
import { recordChange } from '../changes/changes.ts'
import { lockOwners } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'

/** Deletes a block with its versions; agents that have it lose it. False: there is no such block. */
export async function deleteBlock(scope: QueryScope, id: BlockId, at: Timestamp): Promise<boolean> {
  const { db, namespace } = scope
  await lockOwners(scope, 'block', [id])
  const holders = await db
    .deleteFrom('agent_block')
    .where('namespace', '=', namespace)
    .where('block_id', '=', id)
    .returning('agent_id')
    .execute()
  const { numDeletedRows } = await db
    .deleteFrom('block')
    .where('namespace', '=', namespace)
    .where('id', '=', id)
    .executeTakeFirst()
  if (numDeletedRows === 0n) return false
  for (const { agent_id } of holders) await recordChange(db, namespace, 'agent', agent_id, at)
  await recordChange(db, namespace, 'block', id, at)
  return true
}
