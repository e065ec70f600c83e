import type { TokenUsage } from '../../core/run.ts'
import { readWritten } from '../dialects/read-written.ts'
import { nameIn, type WrittenCall } from '../dialects/written-call.ts'
import type { ModelAnswer, ModelWords, ToolSpec } from '../model.ts'
import { callExtras, type Fields, messageExtras, toExtras } from './chat-extras.ts'
import { Completion, type CompletionMessage, type CompletionUsage } from './completion.ts'
import { type ErrorDetail, readErrorBody } from './error-body.ts'
import { readContent } from './stream.ts'

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
 * What came with status 200, which is not always an answer. `tools`: those that it may call; `handle`: the model
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
  const { text, reasoning, calls } = readBeside(content, thought, made, tools)
  const extras = toExtras(
    handle,
    messageExtras(message),
    calls.map((call) => made.find((one) => one === call)?.extras ?? null),
  )
  return {
    text: text === '' ? refusal : text,
    reasoning,
    // What a filter stopped half-way is not what the model meant to do.
    toolCalls: finish === 'refusal' ? [] : calls.map(bare),
    finish,
    ...(extras && { extras }),
  }
}

/** Beside calls that were made, thinking is thinking, and a call that is written into the text as well is the same. */
function readBeside(
  content: string,
  thought: string,
  made: readonly ReadCall[],
  tools: readonly ToolSpec[],
): { text: string; reasoning: string; calls: readonly (WrittenCall | ReadCall)[] } {
  if (made.length === 0) return readWritten(content, thought, tools)
  const { text, reasoning, calls } = readWritten(content, '', tools)
  const prints = new Set(made.map(printOf))
  const others = calls.filter((call) => call.problem === undefined && !prints.has(printOf(call)))
  return {
    text,
    reasoning: [thought, reasoning].filter((part) => part !== '').join('\n'),
    calls: [...made, ...others],
  }
}

function printOf({ name, arguments: text }: { name: string; arguments: string }): string {
  try {
    const value: unknown = JSON.parse(text)
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : value
    return JSON.stringify([name, Array.isArray(entries) ? entries.sort() : entries])
  } catch {
    return JSON.stringify([name, text])
  }
}

function bare(call: WrittenCall | ReadCall): ModelWords['toolCalls'][number] {
  return {
    name: call.name,
    arguments: call.arguments,
    ...('problem' in call && call.problem !== undefined && { problem: call.problem }),
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
  const written = call.name ?? ''
  return { name: nameIn(tools, written) ?? written, arguments: call.arguments, extras }
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
  const reasoningTokens = usage.completion_tokens_details?.reasoning_tokens
  const completionTokens = usage.completion_tokens ?? 0
  return {
    promptTokens,
    completionTokens,
    totalTokens: usage.total_tokens ?? promptTokens + completionTokens,
    cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? 0,
    ...(reasoningTokens != null && { reasoningTokens }),
    ...(usage.cost != null && { cost: usage.cost }),
  }
}
