import { isRecord } from '../../core/is-record.ts'
import type { TokenUsage } from '../../core/run.ts'
import type { ModelAnswer, ToolSpec } from '../model.ts'
import { readErrorBody } from '../wire/error-body.ts'
import type { Fields } from '../wire/fields.ts'
import { invalid, type ParsedAnswer } from '../wire/parsed-answer.ts'
import { type ReadCall, readBeside, readName } from '../wire/read-beside.ts'
import { toExtras } from './message-extras.ts'

/** Parses a body with status 200, which may still be an error. `handle`: the model that wrote it. */
export function parseMessage(
  body: unknown,
  tools: readonly ToolSpec[],
  handle: string,
): ParsedAnswer {
  if (!isRecord(body) || !Array.isArray(body.content)) {
    const detail = readErrorBody(body)
    return detail ? { kind: 'error', detail } : invalid('an answer that is not a message')
  }
  const content = body.content.filter(isRecord)
  const made = content.filter(({ type }) => type === 'tool_use').map((use) => toCall(use, tools))
  const said = content.flatMap(({ type, text }) => (type === 'text' ? textOf(text) : [])).join('')
  const thought = content
    .flatMap(({ type, thinking }) => (type === 'thinking' ? textOf(thinking) : []))
    .join('\n')
  const { text, reasoning, calls, extras: ofCalls } = readBeside(said, thought, made, tools)
  const finish = readFinish(body.stop_reason)
  const ids = ofCalls.map((call) => (typeof call?.id === 'string' ? call.id : null))
  const extras = toExtras(handle, content, ids)
  return {
    kind: 'answer',
    words: {
      text,
      reasoning,
      // A call that a filter interrupted may not be the call that the model meant.
      toolCalls: finish === 'refusal' ? [] : calls,
      finish,
      ...(extras && { extras }),
    },
    usage: readUsage(body.usage),
  }
}

function toCall({ id, name, input }: Fields, tools: readonly ToolSpec[]): ReadCall {
  return {
    ...readName(typeof name === 'string' ? name : '', tools),
    arguments: typeof input === 'string' ? input : JSON.stringify(input ?? {}),
    extras: typeof id === 'string' && id !== '' ? { id } : null,
  }
}

function textOf(text: unknown): readonly string[] {
  return typeof text === 'string' ? [text] : []
}

function readFinish(reason: unknown): ModelAnswer['finish'] {
  if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') return 'length'
  return reason === 'refusal' ? 'refusal' : 'stop'
}

/** Cache reads and cache writes are reported apart from the other input tokens. */
function readUsage(usage: unknown): TokenUsage | null {
  if (!isRecord(usage) || typeof usage.input_tokens !== 'number') return null
  const cachedTokens = count(usage.cache_read_input_tokens)
  const promptTokens =
    count(usage.input_tokens) + count(usage.cache_creation_input_tokens) + cachedTokens
  const completionTokens = count(usage.output_tokens)
  return {
    promptTokens,
    completionTokens,
    totalTokens: promptTokens + completionTokens,
    cachedTokens,
  }
}

function count(value: unknown): number {
  return typeof value === 'number' && value >= 0 ? value : 0
}
