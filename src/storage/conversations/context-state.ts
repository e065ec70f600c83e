import type { Selectable } from 'kysely'
import { z } from 'zod'
import { type ContextState, SUMMARY_METHODS, type Summary } from '../../core/agent.ts'
import type { Timestamp } from '../../core/clock.ts'
import { type ConversationId, storedId } from '../../core/ids.ts'
import { recordChange } from '../changes/changes.ts'
import { lockRead } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { ConversationReads } from '../port/store.ts'

const Method = z.enum(SUMMARY_METHODS)

export function contextReads(
  scope: QueryScope,
): Pick<ConversationReads, 'contextState' | 'summaries'> {
  const { db, namespace } = scope
  const summaries = (id: ConversationId) =>
    db
      .selectFrom('summary')
      .selectAll()
      .where('namespace', '=', namespace)
      .where('conversation_id', '=', id)
  return {
    async contextState(id) {
      const state = await db
        .selectFrom('conversation')
        .innerJoin('agent', (join) =>
          join
            .onRef('agent.namespace', '=', 'conversation.namespace')
            .onRef('agent.id', '=', 'conversation.agent_id'),
        )
        .select([
          'conversation.context_from',
          'conversation.pressure_told',
          'conversation.summaries_from',
          'agent.token_ratio',
          'agent.learned_window',
          'agent.ran_on',
        ])
        .where('conversation.namespace', '=', namespace)
        .where('conversation.id', '=', id)
        .modifyEnd(lockRead(scope, 'conversation'))
        .executeTakeFirst()
      const summary = await summaries(id)
        .where('to_seq', '>=', state?.summaries_from ?? 1)
        .orderBy('row', 'desc')
        .limit(1)
        .executeTakeFirst()
      return {
        from: state?.context_from ?? 1,
        tokenRatio: state?.token_ratio ?? 1,
        pressureTold: state?.pressure_told === 1,
        learnedWindow: state?.learned_window ?? null,
        ranOn: state?.ran_on ?? null,
        summariesFrom: state?.summaries_from ?? 1,
        summary: summary ? toSummary(summary) : null,
      }
    },

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

function toSummary(row: Selectable<Database['summary']>): Summary {
  return {
    id: storedId('summary', row.id),
    text: row.text,
    fromSeq: row.from_seq,
    toSeq: row.to_seq,
    until: row.until,
    method: Method.parse(row.method),
  }
}
