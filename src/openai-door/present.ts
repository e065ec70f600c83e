import type { RunView, TokenUsage } from '../core/run.ts'

/** An answer as a chat completion. */
export interface Completed {
  readonly id: string
  readonly model: string
  readonly created: number
  readonly text: string
  readonly calls: RunView['pendingApprovals']
  readonly finish: 'stop' | 'length' | 'tool_calls' | 'content_filter'
  readonly usage: TokenUsage
}

export function finishOf({ run, pendingApprovals }: RunView): Completed['finish'] {
  if (pendingApprovals.length > 0) return 'tool_calls'
  if (run.stopReason === 'output_truncated' || run.stopReason === 'budget') return 'length'
  return run.stopReason === 'refusal' ? 'content_filter' : 'stop'
}

export function presentCompletion(completed: Completed) {
  const { id, model, created, text, calls, finish, usage } = completed
  const tool_calls = calls.map(presentCall)
  const message = {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
    ...(calls.length > 0 && { tool_calls }),
  }
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
    usage: presentUsage(usage),
  }
}

export function presentChunk(
  { id, model, created }: Pick<Completed, 'id' | 'model' | 'created'>,
  delta: object,
  finish: Completed['finish'] | null = null,
) {
  return {
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  }
}

export function presentCall(call: RunView['pendingApprovals'][number]) {
  return {
    id: call.callId,
    type: 'function',
    function: { name: call.toolName, arguments: call.arguments },
  }
}

export function presentUsage(usage: TokenUsage) {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.totalTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
  }
}
