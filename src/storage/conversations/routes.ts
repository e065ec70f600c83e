import { storedId } from '../../core/ids.ts'
import { recordChange } from '../changes/changes.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { ConversationReads, ConversationWrites } from '../port/store.ts'

export function routeReads({ db, namespace }: QueryScope): Pick<ConversationReads, 'route'> {
  return {
    async route(id) {
      const row = await db
        .selectFrom('route')
        .selectAll()
        .where('namespace', '=', namespace)
        .where('conversation_id', '=', id)
        .executeTakeFirst()
      if (!row) return undefined
      const { brief, at } = row
      return {
        agentId: storedId('agent', row.agent_id),
        runId: storedId('run', row.run_id),
        brief,
        at,
      }
    },
  }
}

export function routeWrites({ db, namespace }: QueryScope): Pick<ConversationWrites, 'setRoute'> {
  return {
    async setRoute(id, route, at) {
      const conversation = await db
        .selectFrom('conversation')
        .select('agent_id')
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .executeTakeFirst()
      if (!conversation) return
      await db
        .deleteFrom('route')
        .where('namespace', '=', namespace)
        .where('conversation_id', '=', id)
        .execute()
      if (route) {
        const { agentId, runId, brief } = route
        await db
          .insertInto('route')
          .values({
            ...{ namespace, conversation_id: id, agent_id: agentId },
            ...{ run_id: runId, brief, at: route.at },
          })
          .execute()
      }
      await recordChange(db, namespace, 'agent', conversation.agent_id, at)
    },
  }
}
