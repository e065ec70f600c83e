import type { Timestamp } from '../../core/clock.ts'
import type { ConversationId } from '../../core/ids.ts'
import { recordChange } from '../changes/changes.ts'
import { lockOwners } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { forgetEntries } from '../embedding/vector-entries.ts'
import { removeUnshown } from '../pictures/pictures.ts'
import { messageEntry } from '../search/reindex.ts'

/** Deletes a conversation with its messages, summaries and runs. False: there is no such conversation. */
export async function deleteConversation(
  scope: QueryScope,
  id: ConversationId,
  at: Timestamp,
): Promise<boolean> {
  const { db, namespace } = scope
  const owner = await db
    .selectFrom('conversation')
    .select('agent_id')
    .where('namespace', '=', namespace)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!owner) return false
  await lockOwners(scope, 'agent', [owner.agent_id])
  for (const table of ['run', 'summary'] as const) {
    await db
      .deleteFrom(table)
      .where('namespace', '=', namespace)
      .where('conversation_id', '=', id)
      .execute()
  }
  await deleteMessages(scope, id, owner.agent_id)
  await removeUnshown(scope, owner.agent_id)
  await db
    .deleteFrom('conversation')
    .where('namespace', '=', namespace)
    .where('id', '=', id)
    .execute()
  await recordChange(db, namespace, 'messages', owner.agent_id, at)
  await recordChange(db, namespace, 'agent', owner.agent_id, at)
  return true
}

async function deleteMessages(
  scope: QueryScope,
  id: ConversationId,
  agentId: string,
): Promise<void> {
  const { db, namespace, dialect } = scope
  const deleted = await db
    .deleteFrom('message')
    .where('namespace', '=', namespace)
    .where('conversation_id', '=', id)
    .returning(['row', 'namespace', 'agent_id', 'role', 'text'])
    .execute()
  if (deleted.length === 0) return
  await dialect.textSearch.remove(
    db,
    'message',
    deleted.filter(({ text }) => text !== '').map(messageEntry),
  )
  await forgetEntries(
    scope,
    { kind: 'agent', id: agentId },
    deleted.map(({ row }) => row),
  )
  await db
    .updateTable('agent')
    .set((eb) => ({ deleted_messages: eb('deleted_messages', '+', deleted.length) }))
    .where('namespace', '=', namespace)
    .where('id', '=', agentId)
    .execute()
}
