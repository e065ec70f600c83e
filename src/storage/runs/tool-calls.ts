import type { Selectable } from 'kysely'
import { z } from 'zod'
import { storedId } from '../../core/ids.ts'
import { APPROVALS } from '../../core/run.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { CallReads, StepCall } from '../port/store.ts'

const Effect = z.enum(['database', 'readonly', 'idempotent', 'once', 'await', 'none'])
const State = z.enum(['planned', 'started', 'done'])
const Status = z.enum(['success', 'error']).nullable()
const Approved = z.enum(APPROVALS).nullable()

export function callReads({ db, namespace }: QueryScope): CallReads {
  return {
    async calls(runId) {
      const rows = await db
        .selectFrom('step')
        .innerJoin('tool_call', (join) =>
          join
            .onRef('tool_call.namespace', '=', 'step.namespace')
            .onRef('tool_call.step_id', '=', 'step.id'),
        )
        .selectAll('tool_call')
        .select('step.number')
        .where('step.namespace', '=', namespace)
        .where('step.run_id', '=', runId)
        .orderBy('step.number')
        .orderBy('tool_call.call_index')
        .execute()
      return rows.map((row) => ({ ...toStepCall(row), step: row.number }))
    },
  }
}

export function toStepCall(call: Selectable<Database['tool_call']>): StepCall {
  return {
    id: storedId('call', call.id),
    index: call.call_index,
    name: call.name,
    arguments: call.arguments,
    effect: Effect.parse(call.effect),
    state: State.parse(call.state),
    status: Status.parse(call.status),
    approval: Approved.parse(call.approval),
    approvalReason: call.approval_reason,
    note: call.note,
  }
}
