import type { TokenUsage } from '../../core/run.ts'
import type { ModelAnswer, ModelWords } from '../model.ts'
import { callExtras, type Fields, messageExtras, toExtras } from './chat-extras.ts'
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

/**
 * What came with status 200, which is not always an answer. `callable`: names of tools that a text may call; `handle`:
 * the model that wrote it, `provider/model`.
 */
export function parseAnswer(
  body: unknown,
  callable: ReadonlySet<string>,
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
    words: readWords(message, reason, callable, handle),
    usage: readUsage(parsed.data?.usage),
  }
}

function readWords(
  message: CompletionMessage,
  reason: string | null | undefined,
  callable: ReadonlySet<string>,
  handle: string,
): ModelWords {
  const content = readContent(message.content)
  const thinking = splitThinking(content.content)
  const refusal = message.refusal ?? ''
  const finish = refusal === '' ? readFinish(reason) : 'refusal'
  const called = readToolCalls(message)
  const written =
    called.length > 0
      ? { text: thinking.text, calls: called }
      : readTextCalls(thinking.text, callable)
  // What a filter stopped half-way is not what the model meant to do.
  const calls = finish === 'refusal' ? [] : written.calls
  const extras = toExtras(
    handle,
    messageExtras(message),
    calls.map((call) => called.find((one) => one === call)?.extras ?? null),
  )
  return {
    text: written.text === '' ? refusal : written.text,
    reasoning: [
      message.reasoning_content || message.reasoning,
      content.thinking,
      thinking.reasoning,
    ]
      .filter((part) => part != null && part !== '')
      .join('\n'),
    toolCalls: calls.map(({ name, arguments: text }) => ({ name, arguments: text })),
    finish,
    ...(extras && { extras }),
  }
}

function invalid(problem: string): ParsedAnswer {
  return { kind: 'invalid', problem }
}

/** Several are never asked for; some servers give each call, or the text, a choice of its own. */
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

interface ReadCall {
  readonly name: string
  readonly arguments: string
  readonly extras: Fields | null
}

function readToolCalls(message: CompletionMessage): readonly ReadCall[] {
  const calls = message.tool_calls.flatMap((call) =>
    call.function ? [toCall(call.function, callExtras(call))] : [],
  )
  if (calls.length > 0 || !message.function_call) return calls
  return [toCall(message.function_call, null)]
}

function toCall(
  call: { readonly name?: string | null | undefined; readonly arguments: string },
  extras: Fields | null,
): ReadCall {
  return { name: call.name ?? '', arguments: call.arguments, extras }
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
