import { cleanValue, ESCAPED_TROUBLE } from '../../core/clean-value.ts'
import { isRecord } from '../../core/is-record.ts'
import type { Extras } from '../../core/message.ts'
import type { Fields } from '../wire/fields.ts'

/*
 * Fields of a chat completion besides words and calls, and the part of them that is sent back: Gemini's
 * `extra_content`, OpenRouter's `reasoning_details`, `reasoning_content` of DeepSeek and vLLM, and others. They cannot
 * all be listed, so every field is kept except those known not to belong to the next request.
 */

/**
 * Handled elsewhere, or for information only. Stored fields with these names are ignored too, since an imported file
 * may hold anything.
 */
const NOT_MESSAGE_EXTRAS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  'function_call',
  'tool_call_id',
  'name',
  'index',
  'annotations',
  'citations',
  'search_results',
  'audio',
  'images',
  'parsed',
  'logprobs',
  'token_ids',
  'finish_reason',
  'native_finish_reason',
  'stop_reason',
  'matched_stop',
  'content_filter_results',
  'prefix',
  'partial',
  '__proto__',
])
const NOT_CALL_EXTRAS: ReadonlySet<string> = new Set([
  'id',
  'type',
  'index',
  'function',
  'name',
  'arguments',
  '__proto__',
])

/** Larger extras are no signature, and would be sent again at every step. Chosen by hand. */
const MAX_EXTRAS_CHARACTERS = 1_000_000
/** Some gateways pack a signature into the call id. Chosen by hand. */
const MAX_ID_CHARACTERS = 20_000
const SOUND_ID = /^[\x21-\x7e]+$/

export function messageExtras(message: Fields): Fields | undefined {
  const kept = pick(message, NOT_MESSAGE_EXTRAS)
  const { content } = message
  // A list that holds only text parts is sent back as plain text.
  const hasOthers = Array.isArray(content) && content.some((part) => !isTextPart(part))
  const all = hasOthers ? { ...kept, content } : kept
  return Object.keys(all).length === 0 ? undefined : all
}

export function callExtras(call: Fields): Fields | null {
  const kept = pick(call, NOT_CALL_EXTRAS)
  const inner = isRecord(call.function) ? pick(call.function, NOT_CALL_EXTRAS) : {}
  const { id } = call
  const hasId = typeof id === 'string' && id.length <= MAX_ID_CHARACTERS && SOUND_ID.test(id)
  const all = {
    ...kept,
    ...(hasId && { id }),
    ...(Object.keys(inner).length > 0 && { function: inner }),
  }
  return Object.keys(all).length === 0 ? null : all
}

export function toExtras(
  model: string,
  message: Fields | undefined,
  calls: readonly (Fields | null)[],
): Extras | undefined {
  const hasCalls = calls.some((call) => call !== null)
  if (!message && !hasCalls) return undefined
  const extras = {
    model,
    wire: 'chat',
    ...(message && { message }),
    ...(hasCalls && { calls: [...calls] }),
  }
  return JSON.stringify(extras).length > MAX_EXTRAS_CHARACTERS ? undefined : extras
}

/** The extras of a stored message if `model` wrote it; undefined for messages of other models. */
export function extrasFor(model: string, extras: Extras | undefined): Extras | undefined {
  return extras?.wire === 'chat' && extras.model === model ? extras : undefined
}

export function messageFields(extras: Extras | undefined, text: string): Fields {
  const { content, ...fields } = extras?.message ?? {}
  // The stored parts are sent only while they hold the same text as the message.
  const isSame = Array.isArray(content) && textOfParts(content).trim() === text.trim()
  return soundFields({ ...pick(fields, NOT_MESSAGE_EXTRAS), ...(isSame && { content }) })
}

export function callFields(extras: Extras | undefined, index: number): CallFields {
  const call = extras?.calls?.[index] ?? {}
  const id = typeof call.id === 'string' && SOUND_ID.test(call.id) ? call.id : undefined
  return {
    id,
    fields: soundFields(pick(call, NOT_CALL_EXTRAS)),
    inner: isRecord(call.function) ? soundFields(pick(call.function, NOT_CALL_EXTRAS)) : {},
  }
}

export interface CallFields {
  readonly id: string | undefined
  readonly fields: Fields
  /** Fields besides the name and the arguments. */
  readonly inner: Fields
}

function pick(fields: Fields, without: ReadonlySet<string>): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => !without.has(name) && !isNothing(value)),
  )
}

function isNothing(value: unknown): boolean {
  return value == null || value === '' || (Array.isArray(value) && value.length === 0)
}

function isTextPart(part: unknown): boolean {
  return typeof part === 'string' || (isRecord(part) && (part.type ?? 'text') === 'text')
}

function textOfParts(parts: readonly unknown[]): string {
  return parts
    .map((part) => (isRecord(part) && typeof part.text === 'string' ? part.text : ''))
    .join('')
}

/** Servers refuse a whole request for one lone surrogate, which a cut stream may leave. */
function soundFields(fields: Fields): Fields {
  const text = JSON.stringify(fields)
  if (!ESCAPED_TROUBLE.test(text)) return fields
  const sound = cleanValue(fields)
  return isRecord(sound) ? sound : {}
}
