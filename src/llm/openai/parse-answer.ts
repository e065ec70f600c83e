import { LIMITS } from '../../core/limits.ts'
import type { TokenUsage } from '../../core/run.ts'
import type { ModelAnswer, ModelWords, ToolSpec } from '../model.ts'
import { readErrorBody } from '../wire/error-body.ts'
import type { Fields } from '../wire/fields.ts'
import { invalid, type ParsedAnswer } from '../wire/parsed-answer.ts'
import { type ReadCall, readBeside, readName } from '../wire/read-beside.ts'
import { callExtras, messageExtras, toExtras } from './chat-extras.ts'
import { Completion, type CompletionMessage, type CompletionUsage } from './completion.ts'
import { readContent } from './stream.ts'

/**
 * Parses a body with status 200, which may still be an error. `tools`: the tools that it may call; `handle`: the model
 * that wrote it, `provider/model`.
 */
export function parseAnswer(
  body: unknown,
  tools: readonly ToolSpec[],
  handle: string,
): ParsedAnswer {
  const parsed = Completion.safeParse(body)
  const choices = (parsed.data?.choices ?? []).filter((choice) => choice !== null)
  const [choice] = choices
  const message = joinMessages(choices.flatMap(({ message }) => message ?? []))
  if (!choice || !message) {
    const detail = readErrorBody(body)
    if (detail) return { kind: 'error', detail }
    if (!parsed.success) return invalid('an answer that is not a chat completion')
    return choice ? invalid('a choice without a message') : invalid('an answer without choices')
  }
  const reason = choice.finish_reason
  if (BROKEN_OFF.has(reason ?? '')) {
    return invalid(`an answer that it broke off itself (finish_reason "${reason}")`)
  }
  return {
    kind: 'answer',
    words: readWords(message, reason, tools, handle),
    usage: readUsage(parsed.data?.usage),
  }
}

function readWords(
  message: CompletionMessage,
  reason: string | null | undefined,
  tools: readonly ToolSpec[],
  handle: string,
): ModelWords {
  const { content, thinking } = readContent(message.content)
  const refusal = message.refusal ?? ''
  const finish = refusal === '' ? readFinish(reason) : 'refusal'
  const made = readToolCalls(message, tools)
  const thought = [message.reasoning_content || message.reasoning || '', thinking]
    .filter((part) => part !== '')
    .join('\n')
  const { text, reasoning, calls, extras: ofCalls } = readBeside(content, thought, made, tools)
  const extras = toExtras(handle, messageExtras(message), ofCalls)
  return {
    text: text === '' ? refusal : text,
    reasoning,
    // A call that a filter interrupted may not be the call that the model meant.
    toolCalls: finish === 'refusal' ? [] : calls,
    finish,
    ...(extras && { extras }),
  }
}

/** Several choices are never requested, but some servers put each call, or the text, into a choice of its own. */
function joinMessages(messages: readonly CompletionMessage[]): CompletionMessage | undefined {
  const [first, ...others] = messages
  if (!first || others.length === 0) return first
  const seen = new Set<string>()
  const calls = messages
    .flatMap((message) => message.tool_calls)
    .filter((call) => {
      const print = JSON.stringify([call.id, call.function])
      return !seen.has(print) && seen.add(print)
    })
  const said = messages.find(({ content }) => readContent(content).content.trim() !== '')
  return { ...first, content: said?.content ?? first.content, tool_calls: calls }
}

function readToolCalls(
  message: CompletionMessage,
  tools: readonly ToolSpec[],
): readonly ReadCall[] {
  const calls = message.tool_calls.flatMap((call) =>
    call.function ? [toCall(call.function, callExtras(call), tools)] : [],
  )
  if (calls.length > 0 || !message.function_call) return calls
  return [toCall(message.function_call, null, tools)]
}

function toCall(
  call: { readonly name?: string | null | undefined; readonly arguments: string },
  extras: Fields | null,
  tools: readonly ToolSpec[],
): ReadCall {
  return { ...readName(call.name ?? '', tools), arguments: call.arguments, extras }
}

/** Finish reasons for answers that the server ended: OpenRouter and Mistral, vLLM, DeepSeek. */
const BROKEN_OFF: ReadonlySet<string> = new Set(['error', 'abort', 'insufficient_system_resource'])

/** Other reasons add nothing to the content, and are not always true. */
function readFinish(reason: string | null | undefined): ModelAnswer['finish'] {
  switch (reason?.toLowerCase()) {
    case 'length':
    case 'max_tokens':
    case 'model_length':
    case 'model_context_window_exceeded':
      return 'length'
    case 'content_filter':
    case 'refusal':
    case 'safety':
      return 'refusal'
    default:
      return 'stop'
  }
}

function readUsage(usage: CompletionUsage | null | undefined): TokenUsage | null {
  if (usage?.prompt_tokens == null && usage?.total_tokens == null) return null
  const promptTokens = usage.prompt_tokens ?? 0
  const reasoningTokens = usage.completion_tokens_details?.reasoning_tokens
  const completionTokens = usage.completion_tokens ?? 0
  return {
    promptTokens,
    completionTokens,
    totalTokens: Math.min(LIMITS.count, usage.total_tokens ?? promptTokens + completionTokens),
    cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? 0,
    ...(reasoningTokens != null && { reasoningTokens }),
    ...(usage.cost != null && { cost: usage.cost }),
  }
}
