import { type AgentId, type ConversationId, type MessageId, storedId } from '../../core/ids.ts'
import { compiled } from '../database/compiled.ts'
import type { MessageKey } from '../database/message-cache.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { MessageReads } from '../port/store.ts'
import { SEARCHED_ROLES } from '../search/search-scope.ts'
import { messagesByKeys } from './messages-by-keys.ts'
import { messageOf, type Row } from './stored-message.ts'

/** Ids per query: databases limit the parameters of a statement. Chosen by hand. */
const IDS_AT_ONCE = 500

/** Upper bound of `recent`. Chosen by hand. */
const MAX_RECENT = 1_000

interface Named {
  readonly namespace: string
  readonly id: string
}

const keysOfRun = compiled((db, { namespace, id }: Named) =>
  db
    .selectFrom('message')
    .select(['id', 'seq'])
    .where('namespace', '=', namespace)
    .where('run_id', '=', id)
    .orderBy('seq'),
)

export function messageReads(scope: QueryScope): MessageReads {
  const { db, namespace, messageCache } = scope
  const toMessage = (row: Row) => messageCache.keep(namespace, messageOf(row))
  const all = () =>
    db.selectFrom('message').selectAll('message').where('message.namespace', '=', namespace)

  const keys = () =>
    db.selectFrom('message').select(['id', 'seq']).where('namespace', '=', namespace)

  const byKeys = (wanted: readonly MessageKey[]) => messagesByKeys(scope, wanted)

  const spoken = (agentId: AgentId) =>
    all()
      .where('agent_id', '=', agentId)
      .where('message.text', '<>', '')
      .where('role', 'in', SEARCHED_ROLES)

  /** The messages of a conversation that a model may be shown. */
  const shown = (id: ConversationId) =>
    keys().where('conversation_id', '=', id).where('elsewhere', '=', 0).where('hidden', '=', 0)

  async function read(select: ReturnType<typeof keys>, limit: number | undefined) {
    return byKeys(await (limit === undefined ? select : select.limit(limit)).execute())
  }

  return {
    async recent(agentId, { messages = MAX_RECENT, conversationId, before }) {
      let newest = keys()
        .where('agent_id', '=', agentId)
        .orderBy('seq', 'desc')
        .limit(Math.min(messages, MAX_RECENT))
      if (conversationId !== undefined)
        newest = newest.where('conversation_id', '=', conversationId)
      if (before !== undefined) newest = newest.where('seq', '<', before)
      return byKeys((await newest.execute()).reverse())
    },

    since: (agentId, seq, limit) =>
      read(keys().where('agent_id', '=', agentId).where('seq', '>=', seq).orderBy('seq'), limit),

    inSight: (id, seq, limit) => read(shown(id).where('seq', '>=', seq).orderBy('seq'), limit),

    async known(ids) {
      const found = new Set<MessageId>()
      for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
        const some = ids.slice(start, start + IDS_AT_ONCE)
        const rows = await keys().where('id', 'in', some).execute()
        for (const { id } of rows) found.add(storedId('message', id))
      }
      return found
    },

    async userMessageBefore(id, seq) {
      const rows = await shown(id)
        .where('seq', '<', seq)
        .where('role', 'in', ['user', 'system'])
        .orderBy('seq', 'desc')
        .limit(1)
        .execute()
      const [message] = await byKeys(rows)
      return message
    },

    async hidden(agentId) {
      const rows = await db
        .selectFrom('message')
        .select('seq')
        .where('namespace', '=', namespace)
        .where('agent_id', '=', agentId)
        .where('hidden', '=', 1)
        .orderBy('seq')
        .execute()
      return rows.map((row) => row.seq)
    },

    async isHiddenBefore(id, seq) {
      const before = await db
        .selectFrom('message')
        .select('hidden')
        .where('namespace', '=', namespace)
        .where('conversation_id', '=', id)
        .where('seq', '<', seq)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst()
      return before?.hidden === 1
    },

    async last(agentId) {
      const row = await db
        .selectFrom('agent')
        .select('last_message')
        .where('namespace', '=', namespace)
        .where('id', '=', agentId)
        .executeTakeFirst()
      return row?.last_message ?? 0
    },

    async countBefore(agentId, seq) {
      const { count } = await db
        .selectFrom('message')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('namespace', '=', namespace)
        .where('agent_id', '=', agentId)
        .where('seq', '<', seq)
        .executeTakeFirstOrThrow()
      return Number(count)
    },

    async ofRun(runId) {
      return byKeys((await keysOfRun(db, { namespace, id: runId })).rows)
    },

    async embeddable(agentId) {
      const { messages, tokens } = await db
        .selectFrom('message')
        .select(({ fn }) => [
          fn.countAll<number>().as('messages'),
          fn.sum<number | null>('tokens').as('tokens'),
        ])
        .where('namespace', '=', namespace)
        .where('agent_id', '=', agentId)
        .where('text', '<>', '')
        .where('role', 'in', SEARCHED_ROLES)
        .executeTakeFirstOrThrow()
      return { messages, tokens: tokens ?? 0 }
    },

    async around(agentId, id, each) {
      const [message] = await all().where('agent_id', '=', agentId).where('id', '=', id).execute()
      if (!message) return undefined
      const beside = () => spoken(agentId).limit(each)
      const before = await beside().where('seq', '<', message.seq).orderBy('seq', 'desc').execute()
      const after = await beside().where('seq', '>', message.seq).orderBy('seq').execute()
      return [...before.reverse(), message, ...after].map(toMessage)
    },
  }
}
