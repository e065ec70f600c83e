import type { Insertable } from 'kysely'
import { changed, changedOne } from '../database/changed.ts'
import { compiled, compiledRows } from '../database/compiled.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { NewCall, RunWrites, StepAnswer } from '../port/store.ts'

interface Named {
  readonly namespace: string
  readonly id: string
}

const insertSteps = compiledRows(
  [
    'namespace',
    'id',
    'run_id',
    'number',
    'state',
    'attempts',
    'prompt_tokens',
    'completion_tokens',
    'total_tokens',
    'cached_tokens',
    'started_at',
  ],
  (db, rows: readonly Omit<Insertable<Database['step']>, 'model' | 'finish' | 'cost'>[]) =>
    db.insertInto('step').values(rows),
)

const insertCalls = compiledRows(
  [
    'namespace',
    'id',
    'step_id',
    'call_index',
    'name',
    'arguments',
    'effect',
    'state',
    'status',
    'attempts',
    'approval',
    'note',
  ],
  (db, rows: readonly Insertable<Database['tool_call']>[]) =>
    db.insertInto('tool_call').values(rows),
)

interface Answered extends Named {
  readonly state: string
  readonly model: string
  readonly finish: string
  readonly prompt: number
  readonly completion: number
  readonly total: number
  readonly cached: number
  readonly reasoning: number
  readonly cost: number | null
  readonly completedAt: string | null
}

const setAnswer = compiled((db, answer: Answered) =>
  db
    .updateTable('step')
    .set({
      state: answer.state,
      model: answer.model,
      finish: answer.finish,
      prompt_tokens: answer.prompt,
      completion_tokens: answer.completion,
      total_tokens: answer.total,
      cached_tokens: answer.cached,
      reasoning_tokens: answer.reasoning,
      cost: answer.cost,
      client_answer: null,
      completed_at: answer.completedAt,
    })
    .where('namespace', '=', answer.namespace)
    .where('id', '=', answer.id)
    .where('state', '=', 'model'),
)

const setDone = compiled((db, { namespace, id, at }: Named & { readonly at: string }) =>
  db
    .updateTable('step')
    .set({ state: 'done', completed_at: at })
    .where('namespace', '=', namespace)
    .where('id', '=', id)
    .where('state', '<>', 'done'),
)

/** Steps of a run, from the model call to the last result. */
export function stepWrites(
  scope: QueryScope,
): Pick<RunWrites, 'openStep' | 'recordAnswer' | 'closeStep' | 'countAttempt' | 'rateStep'> {
  const { db, namespace } = scope
  return {
    async recordAnswer(stepId, answer) {
      const { usage, model, finish, calls, closedAt } = answer
      const recorded = await setAnswer(db, {
        namespace,
        id: stepId,
        state: closedAt === undefined ? 'tools' : 'done',
        model,
        finish,
        prompt: usage.promptTokens,
        completion: usage.completionTokens,
        total: usage.totalTokens,
        cached: usage.cachedTokens,
        reasoning: usage.reasoningTokens ?? 0,
        cost: usage.cost ?? null,
        completedAt: closedAt ?? null,
      })
      if (!changedOne(recorded)) return false
      const rows = calls.map((call) => ({ namespace, step_id: stepId, ...rowOf(call, answer) }))
      if (rows.length > 0) await insertCalls(db, rows)
      return true
    },

    async openStep({ id, runId, number, at }) {
      const unused = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cached_tokens: 0 }
      const own = { namespace, id, run_id: runId, number, started_at: at }
      await insertSteps(db, [{ ...own, state: 'model', attempts: 1, ...unused }])
    },

    async closeStep(stepId, at) {
      return changedOne(await setDone(db, { namespace, id: stepId, at }))
    },

    async rateStep(stepId, feedback) {
      return changed(
        await db
          .updateTable('step')
          .set({ feedback })
          .where('namespace', '=', namespace)
          .where('id', '=', stepId)
          .executeTakeFirst(),
      )
    },

    async countAttempt(stepId, change) {
      const { attempts } = await db
        .updateTable('step')
        .set((eb) => ({ attempts: eb('attempts', '+', change) }))
        .where('namespace', '=', namespace)
        .where('id', '=', stepId)
        .returning('attempts')
        .executeTakeFirstOrThrow()
      return attempts
    },
  }
}

function rowOf(call: NewCall, { closedAt }: StepAnswer) {
  const isRefused = call.effect === 'none'
  return {
    id: call.id,
    call_index: call.index,
    name: call.name,
    arguments: call.arguments,
    effect: call.effect,
    ...(isRefused
      ? { state: 'done', status: 'error' }
      : closedAt === undefined
        ? { state: 'planned', status: null }
        : { state: 'done', status: 'success' }),
    attempts: 0,
    approval: call.needsApproval ? 'pending' : null,
    note: call.note ?? null,
  }
}
