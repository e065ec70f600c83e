import type { Selectable } from 'kysely'
import { z } from 'zod'
import { type ContextState, SUMMARY_METHODS, type Summary } from '../../core/agent.ts'
import type { Timestamp } from '../../core/clock.ts'
import { type ConversationId, storedId } from '../../core/ids.ts'
import { passagesOfAgent } from '../agents/passages-of-agent.ts'
import { recordChange } from '../changes/changes.ts'
import { lockable } from '../database/compiled.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { ConversationReads } from '../port/store.ts'

const Method = z.enum(SUMMARY_METHODS)

interface Named {
  readonly namespace: string
  readonly id: string
}

/** With the newest summary in force, and what is stored outside of the context. */
const contextOf = lockable('conversation', (db, { namespace, id }: Named, lock) =>
  db
    .selectFrom('conversation')
    .innerJoin('agent', (join) =>
      join
        .onRef('agent.namespace', '=', 'conversation.namespace')
        .onRef('agent.id', '=', 'conversation.agent_id'),
    )
    .leftJoin('summary', (join) =>
      join.on('summary.row', '=', ({ selectFrom }) =>
        selectFrom('summary as newest')
          .select((eb) => eb.fn.max('newest.row').as('row'))
          .whereRef('newest.namespace', '=', 'conversation.namespace')
          .whereRef('newest.conversation_id', '=', 'conversation.id')
          .whereRef('newest.to_seq', '>=', 'conversation.summaries_from'),
      ),
    )
    .select(({ selectFrom }) => [
      'conversation.context_from',
      'conversation.pressure_told',
      'conversation.summaries_from',
      'agent.token_ratio',
      'agent.learned_window',
      'agent.ran_on',
      'agent.last_message',
      'agent.deleted_messages',
      passagesOfAgent(selectFrom),
      'summary.id',
      'summary.text',
      'summary.from_seq',
      'summary.to_seq',
      'summary.until',
      'summary.method',
    ])
    .where('conversation.namespace', '=', namespace)
    .where('conversation.id', '=', id)
    .modifyEnd(lock),
)

export function contextReads(
  scope: QueryScope,
): Pick<ConversationReads, 'context' | 'contextState' | 'summaries'> {
  const { db, namespace } = scope
  const summaries = (id: ConversationId) =>
    db
      .selectFrom('summary')
      .selectAll()
      .where('namespace', '=', namespace)
      .where('conversation_id', '=', id)

  async function context(id: ConversationId) {
    const [found] = (await contextOf(scope, { namespace, id })).rows
    return {
      state: {
        from: found?.context_from ?? 1,
        tokenRatio: found?.token_ratio ?? 1,
        pressureTold: found?.pressure_told === 1,
        learnedWindow: found?.learned_window ?? null,
        ranOn: found?.ran_on ?? null,
        summariesFrom: found?.summaries_from ?? 1,
        summary: found ? summaryIn(found) : null,
      },
      counts: {
        messages: found ? found.last_message - found.deleted_messages : 0,
        passages: Number(found?.passages ?? 0),
      },
    }
  }

  return {
    context,

    contextState: async (id) => (await context(id)).state,

    async summaries(id) {
      return (await summaries(id).orderBy('row').execute()).map(toSummary)
    },
  }
}

export async function setContext(
  scope: QueryScope,
  id: ConversationId,
  { from, summariesFrom, pressureTold, summary, ...model }: Partial<ContextState>,
  at: Timestamp,
): Promise<void> {
  const { db, namespace } = scope
  const own = {
    ...(from !== undefined && { context_from: from }),
    ...(pressureTold !== undefined && { pressure_told: Number(pressureTold) }),
    ...(summariesFrom !== undefined && { summaries_from: summariesFrom }),
  }
  if (Object.keys(own).length > 0) {
    await db
      .updateTable('conversation')
      .set(own)
      .where('namespace', '=', namespace)
      .where('id', '=', id)
      .execute()
  }
  await setModelState(scope, id, model)
  if (summary) await addSummary(scope, id, summary, at)
  if (from !== undefined) await recordChange(db, namespace, 'agent', await agentOf(scope, id), at)
}

async function setModelState(
  { db, namespace }: QueryScope,
  id: ConversationId,
  { tokenRatio, learnedWindow, ranOn }: Partial<ContextState>,
): Promise<void> {
  const changes = {
    ...(tokenRatio !== undefined && { token_ratio: tokenRatio }),
    ...(learnedWindow !== undefined && { learned_window: learnedWindow }),
    ...(ranOn !== undefined && { ran_on: ranOn }),
  }
  if (Object.keys(changes).length === 0) return
  await db
    .updateTable('agent')
    .set(changes)
    .where('namespace', '=', namespace)
    .where('id', '=', ({ selectFrom }) =>
      selectFrom('conversation')
        .select('conversation.agent_id')
        .where('conversation.namespace', '=', namespace)
        .where('conversation.id', '=', id),
    )
    .execute()
}

async function addSummary(
  scope: QueryScope,
  id: ConversationId,
  summary: Summary,
  at: Timestamp,
): Promise<void> {
  await scope.db
    .insertInto('summary')
    .values({
      namespace: scope.namespace,
      id: summary.id,
      agent_id: await agentOf(scope, id),
      conversation_id: id,
      text: summary.text,
      from_seq: summary.fromSeq,
      to_seq: summary.toSeq,
      until: summary.until,
      method: summary.method,
      created_at: at,
    })
    .execute()
}

async function agentOf({ db, namespace }: QueryScope, id: ConversationId): Promise<string> {
  const row = await db
    .selectFrom('conversation')
    .select('agent_id')
    .where('namespace', '=', namespace)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return row.agent_id
}

type SummaryRow = Pick<
  Selectable<Database['summary']>,
  'id' | 'text' | 'from_seq' | 'to_seq' | 'until' | 'method'
>

/** The summary of a row that may have come without one. */
function summaryIn({
  id,
  text,
  from_seq,
  to_seq,
  until,
  method,
}: { readonly [Column in keyof SummaryRow]: SummaryRow[Column] | null }): Summary | null {
  const isThere =
    id !== null &&
    text !== null &&
    from_seq !== null &&
    to_seq !== null &&
    until !== null &&
    method !== null
  return isThere ? toSummary({ id, text, from_seq, to_seq, until, method }) : null
}

function toSummary(row: SummaryRow): Summary {
  return {
    id: storedId('summary', row.id),
    text: row.text,
    fromSeq: row.from_seq,
    toSeq: row.to_seq,
    until: row.until,
    method: Method.parse(row.method),
  }
}
