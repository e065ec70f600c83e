import { UserError } from '../../core/errors.ts'
import type { AgentEvent } from '../../core/event.ts'
import { describeError, type Log } from '../../core/log.ts'
import type { RunError, StopReason } from '../../core/run.ts'
import type { ModelFailure, ModelRegistry } from '../../llm/model.ts'
import { compileContext } from '../compile-context.ts'
import { planCalls, spokenBy } from '../plan-calls.ts'
import { innerTools } from '../tools/index.ts'
import { advance, type Next, type RunBudget } from './advance.ts'
import { failRun } from './finish-run.ts'
import { type HeldRun, LostLease } from './held.ts'
import { makeCalls } from './make-calls.ts'
import { recordAnswer } from './record-answer.ts'

export interface RunTools {
  readonly models: ModelRegistry
  readonly budget: RunBudget
  readonly log: Log
  readonly emit: (event: AgentEvent) => void
}

/**
 * Step after step until the run is over, the lease is lost, or `signal` fires (after which the run can be taken up
 * again). Never rejects.
 */
export async function workOnRun(run: HeldRun, tools: RunTools, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      const next = await advance(run, tools.budget)
      if (next.kind === 'over') return
      if (signal.aborted) return
      if (next.kind === 'model') await askModel(run, next, tools, signal)
      else {
        const onCall = (toolName: string) =>
          tools.emit({ type: 'tool_called', runId: run.id, agentId: run.agentId, toolName })
        await makeCalls(run, next.step, { agent: next.agent, signal, log: tools.log, onCall })
      }
    }
  } catch (error) {
    if (error instanceof LostLease) return
    tools.log('error', 'a run failed', { run: run.id, error: describeError(error) })
    await failRun(run, 'interrupted', toRunError(error)).catch((second: unknown) =>
      tools.log('error', 'the failure of a run could not be stored', { run: run.id, error: describeError(second) }),
    )
  }
}

async function askModel(
  run: HeldRun,
  { stepId, number, context }: Extract<Next, { kind: 'model' }>,
  { models, emit }: RunTools,
  signal: AbortSignal,
): Promise<void> {
  emit({ type: 'step_started', runId: run.id, agentId: run.agentId, step: number })
  const model = await resolveModel(models, context.agent.model)
  if (model instanceof UserError) return failRun(run, 'model_error', toRunError(model))
  const { request } = compileContext(context)
  const result = await model.call(request, signal)
  if (result.kind === 'failure') {
    if (signal.aborted) return
    return failRun(run, stopReasonOf(result.failure), failureError(result.failure))
  }
  const offered = innerTools(context.agent.tools).filter((tool) =>
    request.toolChoice !== 'none' && request.tools.some((spec) => spec.name === tool.name),
  )
  const calls = planCalls(result.answer, offered)
  await recordAnswer(run, { stepId, model: model.handle, warnings: model.warnings, answer: result.answer, calls })
  const said = calls.length === 0 ? [result.answer.text] : calls.flatMap((call) => spokenBy(call) ?? [])
  for (const text of said) emit({ type: 'spoke', runId: run.id, agentId: run.agentId, text })
}

async function resolveModel(models: ModelRegistry, handle: string | null) {
  try {
    return await models.resolve(handle)
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
}

function stopReasonOf({ reason }: ModelFailure): StopReason {
  return reason === 'context_overflow' ? 'context_overflow' : 'model_error'
}

function failureError({ reason, message, hint }: ModelFailure): RunError {
  return { code: reason === 'context_overflow' ? 'limit_exceeded' : 'model_unavailable', message, hint }
}

function toRunError(error: unknown): RunError {
  const hint = 'The message is kept in the history. Mend the cause, then send another message to go on.'
  if (error instanceof UserError) return { code: error.code, message: error.message, hint }
  return { code: 'internal', message: 'The server failed while the agent worked.', hint }
}

