import type { TokenUsage } from '../../core/run.ts'
import type { ModelAnswer, ModelWords } from '../model.ts'
import { Completion, type CompletionMessage, type CompletionUsage } from './completion.ts'
import { type ErrorDetail, readErrorBody } from './error-body.ts'
import { readContent } from './stream.ts'
import { readTextCalls } from './text-calls.ts'
import { splitThinking } from './think-tags.ts'

export type ParsedAnswer =
  | {
      readonly kind: 'answer'
      readonly words: ModelWords
      /** null: the server did not count. */
      readonly usage: TokenUsage | null
    }
  /** The server reports a failure, although with status 200. */
  | { readonly kind: 'error'; readonly detail: ErrorDetail }
  | { readonly kind: 'invalid'; readonly problem: string }

/** What came with status 200, which is not always an answer. `callable`: names of tools that a text may call. */
export function parseAnswer(body: unknown, callable: ReadonlySet<string>): ParsedAnswer {
  const parsed = Completion.safeParse(body)
  const choice = parsed.data?.choices?.[0]
  if (!choice?.message) {
    const detail = readErrorBody(body)
    if (detail) return { kind: 'error', detail }
    if (!parsed.success) return invalid('an answer that is not a chat completion')
    return choice ? invalid('a choice without a message') : invalid('an answer without choices')
  }
  const { message, finish_reason: reason } = choice
  if (BROKEN_OFF.has(reason ?? '')) {
    return invalid(`an answer that it broke off itself (finish_reason "${reason}")`)
  }
  const content = readContent(message.content)
  const thinking = splitThinking(content.content)
  const refusal = message.refusal ?? ''
  const finish = refusal === '' ? readFinish(reason) : 'refusal'
  const called = readToolCalls(message)
  const written =
    called.length > 0
      ? { text: thinking.text, calls: called }
      : readTextCalls(thinking.text, callable)
  return {
    kind: 'answer',
    words: {
      text: written.text === '' ? refusal : written.text,
      reasoning: [
        message.reasoning_content || message.reasoning,
        content.thinking,
        thinking.reasoning,
      ]
        .filter((part) => part != null && part !== '')
        .join('\n'),
      // What a filter stopped half-way is not what the model meant to do.
      toolCalls: finish === 'refusal' ? [] : written.calls,
      finish,
    },
    usage: readUsage(parsed.data?.usage),
  }
}

function invalid(problem: string): ParsedAnswer {
  return { kind: 'invalid', problem }
}

function readToolCalls(message: CompletionMessage): ModelAnswer['toolCalls'] {
  const calls = (message.tool_calls ?? []).map((call) => call.function)
  const all = calls.length > 0 ? calls : [message.function_call]
  return all.flatMap((call) => (call ? [{ name: call.name ?? '', arguments: call.arguments }] : []))
}

/** The server ended the answer, not the model: OpenRouter and Mistral, vLLM, DeepSeek. */
const BROKEN_OFF: ReadonlySet<string> = new Set(['error', 'abort', 'insufficient_system_resource'])

/** Other reasons say no more than the content does, and are not always true. */
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
  const completionTokens = usage.completion_tokens ?? 0
  return {
    promptTokens,
    completionTokens,
    totalTokens: usage.total_tokens ?? promptTokens + completionTokens,
    cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? 0,
  }
}
