import type { Selectable } from 'kysely'
import { z } from 'zod'
import { defaultConversation } from '../../core/conversation.ts'
import { type AgentId, type ConversationId, type MessageId, storedId } from '../../core/ids.ts'
import { type Message, type MessageBody, type MessageRole, spokenText } from '../../core/message.ts'
import { indexWords } from '../../search/words.ts'
import { recordChange } from '../changes/changes.ts'
import { compiled } from '../database/compiled.ts'
import type { Connection } from '../database/dialect.ts'
import type { MessageKey } from '../database/message-cache.ts'
import type { Database } from '../database/schema.ts'
import type { Scope } from '../database/scope.ts'
import { embedEntries } from '../embedding/vector-entries.ts'
import { StoredPicture } from '../pictures/stored-picture.ts'
import type { MessageReads, MessageWrites } from '../port/store.ts'
import { messageScope, SEARCHED_ROLES } from '../search/search-scope.ts'

type Row = Selectable<Database['message']>

const Fields = z.record(z.string(), z.unknown())
const StoredExtras = z.object({
  model: z.string(),
  wire: z.string(),
  message: Fields.optional(),
  calls: z.array(Fields.nullable()).optional(),
})
const CallId = z.string().transform((id) => storedId('call', id))
const Sender = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('agent'),
    agentId: z.string().transform((id) => storedId('agent', id)),
    name: z.string(),
    runId: z.string().transform((id) => storedId('run', id)),
    awaitsReply: z.boolean(),
  }),
  z.object({ kind: z.literal('server') }),
])
const Body: z.ZodType<MessageBody> = z.discriminatedUnion('role', [
  z.object({
    role: z.literal('user'),
    text: z.string(),
    pictures: z.array(StoredPicture).optional(),
  }),
  z.object({ role: z.literal('system'), text: z.string(), sender: Sender.optional() }),
  z.object({
    role: z.literal('assistant'),
    text: z.string(),
    reasoning: z.string(),
    toolCalls: z.array(z.object({ id: CallId, name: z.string(), arguments: z.string() })),
    said: z.array(z.string()),
    extras: StoredExtras.optional(),
    speaker: z
      .object({ agentId: z.string().transform((id) => storedId('agent', id)), name: z.string() })
      .optional(),
  }),
  z.object({
    role: z.literal('tool'),
    callId: CallId,
    toolName: z.string(),
    status: z.enum(['success', 'error']),
    text: z.string(),
  }),
])

/** Ids per query: databases limit the parameters of a statement. Chosen by hand. */
const IDS_AT_ONCE = 500

/** Upper bound of `recent`. Chosen by hand. */
const MAX_RECENT = 1_000

interface Named {
  readonly namespace: string
  readonly id: string
}

const keysInSight = compiled((db, { namespace, id, seq }: Named & { readonly seq: number }) =>
  db
    .selectFrom('message')
    .select(['id', 'seq'])
    .where('namespace', '=', namespace)
    .where('conversation_id', '=', id)
    .where('elsewhere', '=', 0)
    .where('hidden', '=', 0)
    .where('seq', '>=', seq)
    .orderBy('seq'),
)

const keysOfRun = compiled((db, { namespace, id }: Named) =>
  db
    .selectFrom('message')
    .select(['id', 'seq'])
    .where('namespace', '=', namespace)
    .where('run_id', '=', id)
    .orderBy('seq'),
)

const countMessages = compiled((db, { namespace, id, count }: Named & { readonly count: number }) =>
  db
    .updateTable('agent')
    .set((eb) => ({ last_message: eb('last_message', '+', count) }))
    .where('namespace', '=', namespace)
    .where('id', '=', id)
    .returning('last_message'),
)

type NewRow = Omit<Row, 'row'>

const insertRow = compiled((db, row: NewRow) =>
  rowInsertion(db, [
    {
      namespace: row.namespace,
      agent_id: row.agent_id,
      conversation_id: row.conversation_id,
      seq: row.seq,
      id: row.id,
      run_id: row.run_id,
      role: row.role,
      text: row.text,
      body: row.body,
      tokens: row.tokens,
      hidden: row.hidden,
      created_at: row.created_at,
      elsewhere: row.elsewhere,
    },
  ]),
)

function rowInsertion(db: Connection, rows: readonly NewRow[]) {
  return db.insertInto('message').values(rows).returning(['row', 'role', 'text', 'created_at'])
}

async function insertRows(db: Connection, rows: readonly NewRow[]) {
  const [only, ...others] = rows
  if (only && others.length === 0) return (await insertRow(db, only)).rows
  return rowInsertion(db, rows).execute()
}

export function messageReads(scope: Scope): MessageReads {
  const { db, namespace, messageCache } = scope
  const toMessage = (row: Row) => messageCache.keep(namespace, messageOf(row))
  const all = () =>
    db.selectFrom('message').selectAll('message').where('message.namespace', '=', namespace)

  const keys = () =>
    db.selectFrom('message').select(['id', 'seq']).where('namespace', '=', namespace)

  /** Reads only messages that are not cached. */
  async function byKeys(wanted: readonly MessageKey[]): Promise<readonly Message[]> {
    const known = wanted.map((key) => messageCache.find(namespace, key))
    const unknown = wanted.filter((_, index) => !known[index]).map(({ id }) => id)
    const rows = unknown.length === 0 ? [] : await all().where('id', 'in', unknown).execute()
    const read = new Map(rows.map((row) => [row.id, toMessage(row)]))
    return wanted.flatMap(({ id }, index) => known[index] ?? read.get(id) ?? [])
  }

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

    async inSight(id, seq, limit) {
      if (limit !== undefined) {
        return read(shown(id).where('seq', '>=', seq).orderBy('seq'), limit)
      }
      return byKeys((await keysInSight(db, { namespace, id, seq })).rows)
    },

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

export function messageWrites(scope: Scope): MessageWrites {
  const { db, namespace, dialect } = scope
  return {
    async hideRun(runId) {
      await db
        .updateTable('message')
        .set({ hidden: 1 })
        .where('namespace', '=', namespace)
        .where('run_id', '=', runId)
        .execute()
    },

    async append(agentId, messages, conversationId = defaultConversation(agentId)) {
      if (messages.length === 0) return
      const count = messages.length
      const [numbered] = (await countMessages(db, { namespace, id: agentId, count })).rows
      if (!numbered) throw new Error('a message was appended to an agent that is gone')
      const { last_message } = numbered
      const first = last_message - messages.length + 1
      const rows = await insertRows(
        db,
        messages.map(({ id, runId, tokens, createdAt, body, hidden, elsewhere }, index) => ({
          namespace,
          agent_id: agentId,
          conversation_id: conversationId,
          seq: first + index,
          id,
          run_id: runId,
          role: body.role,
          text: spokenText(body),
          body: JSON.stringify(body),
          tokens,
          hidden: hidden ? 1 : 0,
          created_at: createdAt,
          elsewhere: elsewhere ? 1 : 0,
        })),
      )
      await dialect.textSearch.add(
        db,
        'message',
        rows
          .filter(({ text }) => text !== '')
          .map(({ row, role, text }) => ({
            row,
            scope: messageScope(namespace, agentId, role as MessageRole),
            words: indexWords(text),
          })),
      )
      await embedEntries(
        scope,
        { kind: 'agent', id: agentId },
        rows.filter(({ text, role }) => text !== '' && SEARCHED_ROLES.some((one) => one === role)),
      )
      const last = rows.at(-1)
      if (last) await recordChange(db, namespace, 'messages', agentId, last.created_at)
    },
  }
}

export function messageOf(row: Row): Message {
  return {
    ...Body.parse(JSON.parse(row.body)),
    id: storedId('message', row.id),
    agentId: storedId('agent', row.agent_id),
    conversationId: storedId('conv', row.conversation_id),
    seq: row.seq,
    runId: row.run_id === null ? null : storedId('run', row.run_id),
    tokens: row.tokens,
    createdAt: row.created_at,
    ...(row.elsewhere === 1 && { elsewhere: true }),
  }
}
