import { type AgentId, storedId } from '../../core/ids.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { CompanionWrites } from '../port/store.ts'

export function companionWrites({ db, namespace }: QueryScope): CompanionWrites {
  return {
    async add(id, owner) {
      await db
        .insertInto('companion')
        .values({ namespace, agent_id: id, owner_id: owner })
        .onConflict((conflict) => conflict.columns(['namespace', 'agent_id']).doNothing())
        .execute()
    },

    async ownerOf(id) {
      const row = await db
        .selectFrom('companion')
        .select('owner_id')
        .where('namespace', '=', namespace)
        .where('agent_id', '=', id)
        .executeTakeFirst()
      return row && storedId('agent', row.owner_id)
    },
  }
}

export async function companionsOf(
  { db, namespace }: Pick<QueryScope, 'db' | 'namespace'>,
  owner: AgentId,
): Promise<readonly AgentId[]> {
  const rows = await db
    .selectFrom('companion')
    .select('agent_id')
    .where('namespace', '=', namespace)
    .where('owner_id', '=', owner)
    .orderBy('agent_id')
    .execute()
  return rows.map((row) => storedId('agent', row.agent_id))
}
