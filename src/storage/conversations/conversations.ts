import type { Selectable } from 'kysely'
import type { Conversation } from '../../core/conversation.ts'
import { storedId } from '../../core/ids.ts'
import { decodeCursor, pageOf } from '../../core/page.ts'
import { recordChange } from '../changes/changes.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { ConversationReads, ConversationWrites } from '../port/store.ts'
import { setContext, stateReads } from './context-state.ts'
import { deleteConversation } from './delete-conversation.ts'
import { storedContext } from './read-context.ts'
import { routeReads, routeWrites } from './routes.ts'

export function conversationReads(scope: QueryScope): ConversationReads {
  const { db, namespace } = scope
  const all = () => db.selectFrom('conversation').selectAll().where('namespace', '=', namespace)
  return {
    ...stateReads(scope),
    context: (id, agent) => storedContext(scope, id, agent),
    ...routeReads(scope),

    async get(id) {
      const row = await all().where('id', '=', id).executeTakeFirst()
      return row && toConversation(row)
    },

    async ofTranscript(agentId, fingerprint) {
      const row = await db
        .selectFrom('conversation')
        .select('id')
        .where('namespace', '=', namespace)
        .where('agent_id', '=', agentId)
        .where('transcript', '=', fingerprint)
        .orderBy('row', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row && storedId('conv', row.id)
    },

    async list({ agentId, limit, cursor }) {
      const [before] = decodeCursor(cursor) ?? []
      let select = all()
        .where('agent_id', '=', agentId)
        .orderBy('row', 'desc')
        .limit(limit + 1)
      if (before !== undefined) select = select.where('row', '<', before)
      return pageOf(await select.execute(), limit, toConversation, ({ row }) => [row])
    },
  }
}

export function conversationWrites(scope: QueryScope): ConversationWrites {
  const { db, namespace } = scope
  return {
    async insert({ id, agentId, title, createdAt }) {
      await db
        .insertInto('conversation')
        .values({ namespace, id, agent_id: agentId, title, created_at: createdAt })
        .execute()
    },

    async rename(id, title, at) {
      const row = await db
        .updateTable('conversation')
        .set({ title })
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .returning('agent_id')
        .executeTakeFirst()
      if (row) await recordChange(db, namespace, 'agent', row.agent_id, at)
      return row !== undefined
    },

    async noteTranscript(id, fingerprint) {
      await db
        .updateTable('conversation')
        .set({ transcript: fingerprint })
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .execute()
    },

    ...routeWrites(scope),
    setContext: (id, state, at) => setContext(scope, id, state, at),
    delete: (id, at) => deleteConversation(scope, id, at),
  }
}

export function toConversation(row: Selectable<Database['conversation']>): Conversation {
  return {
    id: storedId('conv', row.id),
    agentId: storedId('agent', row.agent_id),
    title: row.title,
    createdAt: row.created_at,
  }
}
