import type { InferResult, Selectable } from 'kysely'
import { z } from 'zod'
import { type ContextState, SUMMARY_METHODS, type Summary } from '../../core/agent.ts'
import type { Timestamp } from '../../core/clock.ts'
import { type ConversationId, storedId } from '../../core/ids.ts'
import { recordChange } from '../changes/changes.ts'
import { lockable } from '../database/compiled.ts'
import type { Connection } from '../database/dialect.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { ConversationReads } from '../port/store.ts'

const Method = z.enum(SUMMARY_METHODS)

export interface Named {
  readonly namespace: string
  readonly id: string
}

/** With the newest summary in force. */
export function selectState(db: Connection, { namespace, id }: Named) {
  return db
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
    .select([
      'conversation.context_from',
      'conversation.pressure_told',
      'conversation.summaries_from',
      'agent.token_ratio',
      'agent.learned_window',
      'agent.ran_on',
      'summary.id',
      'summary.text',
      'summary.from_seq',
      'summary.to_seq',
      'summary.until',
      'summary.method',
    ])
    .where('conversation.namespace', '=', namespace)
    .where('conversation.id', '=', id)
}

type StateRow = InferResult<ReturnType<typeof selectState>>[number]

const stateOf = lockable('conversation', (db, named: Named, lock) =>
  selectState(db, named).modifyEnd(lock),
)

export function stateReads(
  scope: QueryScope,
): Pick<ConversationReads, 'contextState' | 'summaries'> {
  const { db, namespace } = scope
  return {
    async contextState(id) {
      const [row] = (await stateOf(scope, { namespace, id })).rows
      return toState(row)
    },

    async summaries(id) {
      const rows = await db
        .selectFrom('summary')
        .selectAll()
        .where('namespace', '=', namespace)
        .where('conversation_id', '=', id)
        .orderBy('row')
        .execute()
      return rows.map(toSummary)
    },
  }
}

/** Undefined: of a conversation that is not there. */
export function toState(row: StateRow | undefined): ContextState {
  return {
    from: row?.context_from ?? 1,
    tokenRatio: row?.token_ratio ?? 1,
    pressureTold: row?.pressure_told === 1,
    learnedWindow: row?.learned_window ?? null,
    ranOn: row?.ran_on ?? null,
    summariesFrom: row?.summaries_from ?? 1,
    summary: row ? summaryIn(row) : null,
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
