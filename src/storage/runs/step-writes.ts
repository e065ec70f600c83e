import type { StepId } from '../../core/ids.ts'
import { changed } from '../database/changed.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { NewCall, RunWrites, StepAnswer } from '../port/store.ts'

/** Steps of a run, from the model call to the last result. */
export function stepWrites(
  scope: QueryScope,
): Pick<RunWrites, 'openStep' | 'recordAnswer' | 'closeStep' | 'countAttempt' | 'rateStep'> {
  const { db, namespace } = scope
  return {
    async recordAnswer(stepId, answer) {
      const recorded = await setAnswer(scope, stepId, answer)
      if (recorded && answer.calls.length > 0) await insertCalls(scope, stepId, answer.calls)
      return recorded
    },

    async openStep({ id, runId, number, at }) {
      await db
        .insertInto('step')
        .values({
          namespace,
          id,
          run_id: runId,
          number,
          state: 'model',
          attempts: 1,
          model: null,
          finish: null,
          prompt_tokens: 0,
          completion_tokens: 0,
          total_tokens: 0,
          cached_tokens: 0,
          started_at: at,
          completed_at: null,
        })
        .execute()
    },

    async closeStep(stepId, at) {
      return changed(
        await db
          .updateTable('step')
          .set({ state: 'done', completed_at: at })
          .where('namespace', '=', namespace)
          .where('id', '=', stepId)
          .where('state', '<>', 'done')
          .executeTakeFirst(),
      )
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

async function setAnswer(
  { db, namespace }: QueryScope,
  stepId: StepId,
  { model, finish, usage }: StepAnswer,
): Promise<boolean> {
  return changed(
    await db
      .updateTable('step')
      .set({
        state: 'tools',
        model,
        finish,
        prompt_tokens: usage.promptTokens,
        completion_tokens: usage.completionTokens,
        total_tokens: usage.totalTokens,
        cached_tokens: usage.cachedTokens,
        reasoning_tokens: usage.reasoningTokens ?? 0,
        cost: usage.cost ?? null,
        client_answer: null,
      })
      .where('namespace', '=', namespace)
      .where('id', '=', stepId)
      .where('state', '=', 'model')
      .executeTakeFirst(),
  )
}

async function insertCalls(
  { db, namespace }: QueryScope,
  stepId: StepId,
  calls: readonly NewCall[],
): Promise<void> {
  await db
    .insertInto('tool_call')
    .values(
      calls.map((call) => ({
        namespace,
        id: call.id,
        step_id: stepId,
        call_index: call.index,
        name: call.name,
        arguments: call.arguments,
        effect: call.effect,
        state: call.effect === 'none' ? 'done' : 'planned',
        status: call.effect === 'none' ? 'error' : null,
        attempts: 0,
        approval: call.needsApproval ? 'pending' : null,
        approval_reason: null,
        note: call.note ?? null,
      })),
    )
    .execute()
}
