import type { Run, RunStatus, StopReason, TokenUsage } from '../../core/run.ts'
import type { Step } from '../../core/step.ts'

/** Letta knows no waiting run; one that waits for approval is over for it, until the next request. */
const STATUS: Readonly<Record<RunStatus, string>> = {
  queued: 'created',
  running: 'running',
  waiting: 'running',
  requires_approval: 'completed',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
}

const STOP: Readonly<Record<StopReason, string>> = {
  end_turn: 'end_turn',
  tool_rule: 'tool_rule',
  max_steps: 'max_steps',
  budget: 'max_steps',
  no_progress: 'invalid_llm_response',
  requires_approval: 'requires_approval',
  cancelled: 'cancelled',
  refusal: 'invalid_llm_response',
  output_truncated: 'max_tokens_exceeded',
  model_error: 'llm_api_error',
  context_overflow: 'context_window_overflow_in_system_prompt',
  interrupted: 'error',
}

export function presentRun(run: Run) {
  return {
    id: run.id,
    agent_id: run.agentId,
    conversation_id: run.conversationId,
    status: STATUS[run.status],
    stop_reason: run.stopReason === null ? null : STOP[run.stopReason],
    background: true,
    metadata: run.error === null ? {} : { error: run.error.message },
    created_at: run.createdAt,
    completed_at: run.completedAt,
    callback_url: null,
    total_duration_ns: null,
    ttft_ns: null,
  }
}

export function presentStopReason(run: Run) {
  const stop_reason = run.stopReason === null ? 'error' : STOP[run.stopReason]
  return { message_type: 'stop_reason', stop_reason }
}

export function presentUsage(
  usage: TokenUsage & { readonly steps: number },
  runIds: readonly string[],
) {
  return {
    message_type: 'usage_statistics',
    completion_tokens: usage.completionTokens,
    prompt_tokens: usage.promptTokens,
    total_tokens: usage.totalTokens,
    step_count: usage.steps,
    run_ids: runIds,
    cached_input_tokens: usage.cachedTokens,
    cache_write_tokens: null,
    reasoning_tokens: usage.reasoningTokens ?? null,
    context_tokens: null,
  }
}

export function presentStep(step: Step) {
  return {
    id: step.id,
    run_id: step.runId,
    agent_id: step.agentId,
    model: step.model,
    model_handle: step.model,
    provider_name: step.model === null ? null : step.model.slice(0, step.model.indexOf('/')),
    context_window_limit: null,
    completion_tokens: step.usage.completionTokens,
    prompt_tokens: step.usage.promptTokens,
    total_tokens: step.usage.totalTokens,
    cached_input_tokens: step.usage.cachedTokens,
    reasoning_tokens: step.usage.reasoningTokens ?? null,
    feedback: step.feedback,
    status: step.completedAt === null ? 'pending' : 'success',
    stop_reason: null,
    messages: [],
    tags: [],
    tid: null,
    trace_id: null,
    origin: null,
    created_at: step.startedAt,
  }
}
