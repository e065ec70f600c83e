import { type Selectable, sql } from 'kysely'
import { z } from 'zod'
import { ERROR_CODES } from '../core/errors.ts'
import { type RunId, storedId } from '../core/ids.ts'
import { FINISHES, RUN_STATUSES, type Run, STOP_REASONS, WAITS } from '../core/run.ts'
import { recordChange } from './changes.ts'
import type { Database } from './schema.ts'
import type { Scope } from './scope.ts'
import type { RunReads, RunWrites } from './store.ts'
import { toStepCall } from './tool-calls.ts'

/**
 * Not over for good: nothing of the agent that was accepted later may start before these. Written out rather than bound,
 * because only then does SQLite see that the partial index `run_open` holds them all.
 */
export function isOpen(status: 'run.status' | 'earlier.status' | 'status') {
  return sql<boolean>`${sql.ref(status)} IN ('queued', 'running', 'waiting', 'requires_approval')`
}

const Status = z.enum(RUN_STATUSES)
const Waiting = z.enum(WAITS).nullable()
const Stop = z.enum(STOP_REASONS).nullable()
const Warnings = z.array(z.string())
const Failure = z.object({ code: z.enum(ERROR_CODES), message: z.string(), hint: z.string() })

export function runReads({ db, namespace }: Scope): RunReads {
  /** Runs with the sums of what their steps used. */
  const all = () =>
    db
      .selectFrom('run')
      .selectAll('run')
      .select((eb) => {
        const steps = eb
          .selectFrom('step')
          .whereRef('step.namespace', '=', 'run.namespace')
          .whereRef('step.run_id', '=', 'run.id')
        return [
          steps
            .select((step) => step.fn.sum<number>('prompt_tokens').as('sum'))
            .as('prompt_tokens'),
          steps
            .select((step) => step.fn.sum<number>('completion_tokens').as('sum'))
            .as('completion_tokens'),
          steps.select((step) => step.fn.sum<number>('total_tokens').as('sum')).as('total_tokens'),
          steps
            .select((step) => step.fn.sum<number>('cached_tokens').as('sum'))
            .as('cached_tokens'),
          steps
            .where('step.state', '<>', 'model')
            .select((step) => step.fn.countAll<number>().as('count'))
            .as('steps'),
        ]
      })
      .where('run.namespace', '=', namespace)

  return {
    async get(id) {
      const row = await all().where('run.id', '=', id).executeTakeFirst()
      return row && toRun(row)
    },

    async byIdempotencyKey(agentId, key) {
      const row = await all()
        .where('run.agent_id', '=', agentId)
        .where('run.idempotency_key', '=', key)
        .executeTakeFirst()
      return row && toRun(row)
    },

    async blocking(agentId, id) {
      const row = await all()
        .where('run.agent_id', '=', agentId)
        .where('run.status', 'in', ['waiting', 'requires_approval'])
        .where('run.row', '<', (eb) =>
          eb
            .selectFrom('run as own')
            .select('own.row')
            .where('own.namespace', '=', namespace)
            .where('own.id', '=', id),
        )
        .orderBy('run.row')
        .limit(1)
        .executeTakeFirst()
      return row && toRun(row)
    },

    async hasItsTurn(id) {
      const earlier = await db
        .selectFrom('run as own')
        .innerJoin('run as earlier', (join) =>
          join
            .onRef('earlier.namespace', '=', 'own.namespace')
            .onRef('earlier.agent_id', '=', 'own.agent_id')
            .onRef('earlier.row', '<', 'own.row'),
        )
        .select('earlier.row')
        .where('own.namespace', '=', namespace)
        .where('own.id', '=', id)
        .where(isOpen('earlier.status'))
        .limit(1)
        .executeTakeFirst()
      return earlier === undefined
    },

    async cancelledBehind(id) {
      const own = await db
        .selectFrom('run')
        .select(['row', 'agent_id'])
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      // `|| ''` keeps SQLite from walking all runs that the agent ever had: those that came later are few.
      const cancelled = await db
        .selectFrom('run')
        .select('id')
        .where('row', '>', own.row)
        .where(sql<boolean>`namespace || '' = ${namespace} AND agent_id || '' = ${own.agent_id}`)
        .where('status', '=', 'cancelled')
        .where('started_at', 'is', null)
        .execute()
      if (cancelled.length === 0) return []
      const ids = cancelled.map((run) => run.id)
      return (await all().where('run.id', 'in', ids).orderBy('run.row').execute()).map(toRun)
    },

    async currentStep(runId) {
      const step = await db
        .selectFrom('step')
        .selectAll()
        .where('namespace', '=', namespace)
        .where('run_id', '=', runId)
        .where('state', '<>', 'done')
        .executeTakeFirst()
      if (!step) return undefined
      const calls = await db
        .selectFrom('tool_call')
        .selectAll()
        .where('namespace', '=', namespace)
        .where('step_id', '=', step.id)
        .orderBy('call_index')
        .execute()
      return {
        id: storedId('step', step.id),
        number: step.number,
        state: z.enum(['model', 'tools']).parse(step.state),
        finish: z.enum(FINISHES).nullable().parse(step.finish),
        calls: calls.map(toStepCall),
      }
    },

    async lastStep(runId) {
      const row = await db
        .selectFrom('step')
        .select((eb) => eb.fn.max('number').as('number'))
        .where('namespace', '=', namespace)
        .where('run_id', '=', runId)
        .executeTakeFirst()
      return row?.number ?? 0
    },
  }
}

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
          .set({ status: 'waiting', waiting_for: waiting.waitingFor, retry_at: waiting.retryAt })
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

type RunRow = Selectable<Database['run']> & {
  prompt_tokens: number | null
  completion_tokens: number | null
  total_tokens: number | null
  cached_tokens: number | null
  steps: number | null
}

function toRun(row: RunRow): Run {
  return {
    id: storedId('run', row.id),
    agentId: storedId('agent', row.agent_id),
    status: Status.parse(row.status),
    stopReason: Stop.parse(row.stop_reason),
    waitingFor: Waiting.parse(row.waiting_for),
    retryAt: row.retry_at,
    input: row.input,
    idempotencyKey: row.idempotency_key,
    maxSteps: row.max_steps,
    cancelRequested: row.cancel_requested === 1,
    usage: {
      promptTokens: Number(row.prompt_tokens ?? 0),
      completionTokens: Number(row.completion_tokens ?? 0),
      totalTokens: Number(row.total_tokens ?? 0),
      cachedTokens: Number(row.cached_tokens ?? 0),
      steps: Number(row.steps ?? 0),
    },
    error: row.error === null ? null : Failure.parse(JSON.parse(row.error)),
    warnings: Warnings.parse(JSON.parse(row.warnings)),
    createdAt: row.created_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
  }
}
