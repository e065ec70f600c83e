import { defaultConversation } from '../../core/conversation.ts'
import { type MessageRole, spokenText } from '../../core/message.ts'
import { indexWords } from '../../search/words.ts'
import { recordChange } from '../changes/changes.ts'
import { compiled } from '../database/compiled.ts'
import type { Connection } from '../database/dialect.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { embedEntries } from '../embedding/vector-entries.ts'
import type { MessageWrites } from '../port/store.ts'
import { messageScope, SEARCHED_ROLES } from '../search/search-scope.ts'
import { countMessages } from './messages.ts'
import type { Row } from './stored-message.ts'

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

export function messageWrites(scope: QueryScope): MessageWrites {
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
