import { defaultConversation } from '../../core/conversation.ts'
import { type MessageRole, spokenText } from '../../core/message.ts'
import { indexWords } from '../../search/words.ts'
import { recordChange } from '../changes/changes.ts'
import { compiled, compiledRows } from '../database/compiled.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { embedEntries, hasVectorSets } from '../embedding/vector-entries.ts'
import type { MessageWrites } from '../port/store.ts'
import { messageScope, SEARCHED_ROLES } from '../search/search-scope.ts'
import { messageOf, type Row } from './stored-message.ts'

type NewRow = Omit<Row, 'row'>

const insertRows = compiledRows(
  [
    'namespace',
    'agent_id',
    'conversation_id',
    'seq',
    'id',
    'run_id',
    'role',
    'text',
    'body',
    'tokens',
    'hidden',
    'created_at',
    'elsewhere',
  ],
  (db, rows: readonly NewRow[]) =>
    db.insertInto('message').values(rows).returning(['row', 'role', 'text', 'created_at']),
)

/** More at once come from an import, and nobody reads them soon. Chosen by hand. */
const MAX_CACHED = 20

interface Appended {
  readonly namespace: string
  readonly id: string
  readonly count: number
  readonly tokenRatio: number | null
  readonly ranOn: string | null
}

/** Gives the messages their numbers; what a step has learned of the model goes into the same row. */
const countMessages = compiled((db, { namespace, id, count, tokenRatio, ranOn }: Appended) =>
  db
    .updateTable('agent')
    .set(({ eb, fn, val }) => ({
      last_message: eb('last_message', '+', count),
      token_ratio: fn.coalesce(val(tokenRatio), 'token_ratio'),
      ran_on: fn.coalesce(val(ranOn), 'ran_on'),
    }))
    .where('namespace', '=', namespace)
    .where('id', '=', id)
    .returning(['last_message', hasVectorSets('agent', namespace, id)]),
)

export function messageWrites(scope: QueryScope): MessageWrites {
  const { db, namespace, dialect, messageCache } = scope
  return {
    async hideRun(runId) {
      await db
        .updateTable('message')
        .set({ hidden: 1 })
        .where('namespace', '=', namespace)
        .where('run_id', '=', runId)
        .execute()
    },

    async append(agentId, messages, conversationId = defaultConversation(agentId), learned = {}) {
      if (messages.length === 0) return
      const { tokenRatio = null, ranOn = null } = learned
      const own = { namespace, id: agentId, count: messages.length }
      const [numbered] = (await countMessages(db, { ...own, tokenRatio, ranOn })).rows
      if (!numbered) throw new Error('a message was appended to an agent that is gone')
      const { last_message } = numbered
      const first = last_message - messages.length + 1
      const appended = messages.map(
        ({ id, runId, tokens, createdAt, body, hidden, elsewhere }, index) => ({
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
        }),
      )
      const { rows } = await insertRows(db, appended)
      // The next step of the run reads them.
      if (appended.length <= MAX_CACHED) {
        for (const row of appended) messageCache.keep(namespace, messageOf(row))
      }
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
      if (numbered.has_sets) {
        await embedEntries(
          scope,
          { kind: 'agent', id: agentId },
          rows.filter(
            ({ text, role }) => text !== '' && SEARCHED_ROLES.some((one) => one === role),
          ),
        )
      }
      const last = rows.at(-1)
      if (last) await recordChange(db, namespace, 'messages', agentId, last.created_at)
    },
  }
}
