import { isRecord } from '../../core/is-record.ts'
import type { TokenUsage } from '../../core/run.ts'
import type { ModelAnswer, ToolSpec } from '../model.ts'
import { readErrorBody } from '../wire/error-body.ts'
import type { Fields } from '../wire/fields.ts'
import { invalid, type ParsedAnswer } from '../wire/parsed-answer.ts'
import { type ReadCall, readBeside, readName } from '../wire/read-beside.ts'
import { textOfMessage, toExtras } from './response-extras.ts'

/** Parses a body with status 200, which may still be an error. `handle`: the model that wrote it. */
export function parseResponse(
  body: unknown,
  tools: readonly ToolSpec[],
  handle: string,
): ParsedAnswer {
  const failed = isRecord(body) && (isRecord(body.error) || body.status === 'failed')
  if (!isRecord(body) || !Array.isArray(body.output) || failed) {
    const detail = readErrorBody(body)
    if (detail) return { kind: 'error', detail }
    return invalid(failed ? 'an answer that failed' : 'an answer that is not a response')
  }
  if (body.status === 'cancelled') return invalid('an answer that it broke off itself')
  const output = body.output.filter(isRecord)
  const made = output
    .filter(({ type }) => type === 'function_call')
    .map((one) => toCall(one, tools))
  const messages = output.filter(({ type }) => type === 'message')
  const refusal = messages.map(refusalIn).join('')
  const thought = output.flatMap(thoughtIn).join('\n')
  const said = messages.map(textOfMessage).join('')
  const { text, reasoning, calls, extras: ofCalls } = readBeside(said, thought, made, tools)
  const finish = refusal === '' ? readFinish(body) : 'refusal'
  const ids = ofCalls.map((call) => (typeof call?.id === 'string' ? call.id : null))
  const extras = toExtras(handle, output, ids)
  return {
    kind: 'answer',
    words: {
      text: text === '' ? refusal : text,
      reasoning,
      // A call that a filter interrupted may not be the call that the model meant.
      toolCalls: finish === 'refusal' ? [] : calls,
      finish,
      ...(extras && { extras }),
    },
    usage: readUsage(body.usage),
  }
}

function toCall(item: Fields, tools: readonly ToolSpec[]): ReadCall {
  const { call_id: id, name, arguments: args } = item
  return {
    ...readName(typeof name === 'string' ? name : '', tools),
    arguments: typeof args === 'string' ? args : args == null ? '' : JSON.stringify(args),
    extras: typeof id === 'string' && id !== '' ? { id } : null,
  }
}

function refusalIn({ content }: Fields): string {
  if (!Array.isArray(content)) return ''
  return content
    .map((part: unknown) =>
      isRecord(part) && typeof part.refusal === 'string' ? part.refusal : '',
    )
    .join('')
}

/** The summary of the reasoning, or the reasoning itself if a server returns it. */
function thoughtIn({ type, summary, content }: Fields): readonly string[] {
  if (type !== 'reasoning') return []
  const told = textsIn(summary)
  return told.length > 0 ? told : textsIn(content)
}

function textsIn(parts: unknown): readonly string[] {
  if (!Array.isArray(parts)) return []
  return parts.flatMap((part: unknown) =>
    isRecord(part) && typeof part.text === 'string' && part.text !== '' ? [part.text] : [],
  )
}

function readFinish({ status, incomplete_details: details }: Fields): ModelAnswer['finish'] {
  if (status !== 'incomplete') return 'stop'
  const reason = isRecord(details) ? details.reason : undefined
  return reason === 'content_filter' ? 'refusal' : 'length'
}

function readUsage(usage: unknown): TokenUsage | null {
  if (!isRecord(usage) || typeof usage.input_tokens !== 'number') return null
  const completionTokens = count(usage.output_tokens)
  const { input_tokens_details: details, output_tokens_details: written } = usage
  return {
    promptTokens: usage.input_tokens,
    completionTokens,
    totalTokens: count(usage.total_tokens) || usage.input_tokens + completionTokens,
    cachedTokens: isRecord(details) ? count(details.cached_tokens) : 0,
    ...(isRecord(written) &&
      typeof written.reasoning_tokens === 'number' && {
        reasoningTokens: count(written.reasoning_tokens),
      }),
  }
}

function count(value: unknown): number {
  return typeof value === 'number' && value >= 0 ? value : 0
}
