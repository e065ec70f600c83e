import type { RunId } from '../../core/ids.ts'
import { recordChange } from '../changes/changes.ts'
import type { Scope } from '../database/scope.ts'
import type { RunWrites } from '../port/store.ts'
import { isOpen } from './run-lists.ts'

export function runWrites({ db, namespace }: Scope): RunWrites {
  /** One row, changed only if it is as expected. */
  const changed = (result: { numUpdatedRows: bigint }) => result.numUpdatedRows === 1n
  const updateRun = (id: RunId) =>
    db.updateTable('run').where('namespace', '=', namespace).where('id', '=', id)

  return {
    async insert(run) {
      await db
        .insertInto('run')
        .values({
          namespace,
          id: run.id,
          agent_id: run.agentId,
          accepted_by: run.acceptedBy,
          status: 'queued',
          stop_reason: null,
          input: run.input,
          idempotency_key: run.idempotencyKey,
          max_steps: run.maxSteps,
          cancel_requested: 0,
          waiting_for: null,
          retry_at: null,
          error: null,
          warnings: '[]',
          created_at: run.createdAt,
          started_at: null,
          paused_at: null,
          completed_at: null,
          client_samples: run.clientSamples ? 1 : 0,
        })
        .execute()
      await recordChange(db, namespace, 'run', run.id, run.createdAt)
    },

    async start(id, at) {
      const started = changed(
        await updateRun(id)
          .where('started_at', 'is', null)
          .set({ started_at: at })
          .executeTakeFirst(),
      )
      if (started) await recordChange(db, namespace, 'run', id, at)
      return started
    },

    async hold(lease, expiresAt) {
      return changed(
        await db
          .updateTable('lease')
          .set({ expires_at: expiresAt })
          .where('namespace', '=', namespace)
          .where('agent_id', '=', lease.agentId)
          .where('owner', '=', lease.owner)
          .where('fence', '=', lease.fence)
          .executeTakeFirst(),
      )
    },

    async release(lease) {
      await db
        .updateTable('lease')
        .set({ owner: '', expires_at: '' })
        .where('namespace', '=', namespace)
        .where('agent_id', '=', lease.agentId)
        .where('owner', '=', lease.owner)
        .where('fence', '=', lease.fence)
        .execute()
    },

    async requestCancel(id, at) {
      const requested = changed(
        await updateRun(id).where(isOpen('status')).set({ cancel_requested: 1 }).executeTakeFirst(),
      )
      if (requested) await recordChange(db, namespace, 'run', id, at)
      return requested
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

    async recordAnswer(stepId, { model, finish, calls, usage }) {
      const recorded = changed(
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
      if (!recorded || calls.length === 0) return recorded
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
          })),
        )
        .execute()
      return true
    },

    async startCall(id) {
      return changed(
        await db
          .updateTable('tool_call')
          .set((eb) => ({ state: 'started', attempts: eb('attempts', '+', 1) }))
          .where('namespace', '=', namespace)
          .where('id', '=', id)
          .where('state', '<>', 'done')
          .executeTakeFirst(),
      )
    },

    async finishCall(id, status) {
      return changed(
        await db
          .updateTable('tool_call')
          .set({ state: 'done', status })
          .where('namespace', '=', namespace)
          .where('id', '=', id)
          .where('state', '<>', 'done')
          .executeTakeFirst(),
      )
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

    async postpone(id, waiting, at) {
      const postponed = changed(
        await updateRun(id)
          .where('status', '=', 'running')
          .set({
            status: 'waiting',
            waiting_for: waiting.waitingFor,
            retry_at: waiting.retryAt,
            // Until a given time it waits on its own account, and else on that of whoever is to answer.
            paused_at: waiting.waitingFor === 'client' ? at : null,
          })
          .executeTakeFirst(),
      )
      if (postponed) await recordChange(db, namespace, 'run', id, at)
      return postponed
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

    async finish(id, { status, stopReason, error, at }) {
      const finished = changed(
        await updateRun(id)
          .where(isOpen('status'))
          .set({
            status,
            stop_reason: stopReason,
            waiting_for: null,
            retry_at: null,
            ask: null,
            error: error && JSON.stringify(error),
            completed_at: at,
          })
          .executeTakeFirst(),
      )
      if (finished) await recordChange(db, namespace, 'run', id, at)
      return finished
    },

    async setWarnings(id, warnings) {
      await updateRun(id)
        .set({ warnings: JSON.stringify([...new Set(warnings)]) })
        .execute()
    },
  }
}
