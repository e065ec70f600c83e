import { rememberedList } from '../../core/remembered.ts'
import type { Learned } from '../learned/learned.ts'
import type { Fields } from '../wire/fields.ts'
import { without, withoutKeywords } from '../wire/leave-out.ts'
import { alternateRoles, tellAsText, withoutSystem } from './adapt-roles.ts'
import type { ChatBody } from './to-wire.ts'
import { callsOf, textOf } from './wire-messages.ts'

/** The signature that Google documents for calls made by another model. */
const NO_SIGNATURE = 'skip_thought_signature_validator'

/** Applies the corrections learned for this model to the request. */
export function adaptBody(body: ChatBody, learned: Learned): Fields {
  const { omit = [], omitKeywords = [], stream } = learned
  const limited = Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => limit(name, value, learned)),
  )
  const streamed =
    stream === true
      ? { ...limited, stream: true, stream_options: { include_usage: true } }
      : stream === false
        ? without(limited, ['stream', 'stream_options'])
        : limited
  const kept = without(streamed, omit)
  return {
    ...kept,
    messages: adaptMessages(body.messages, learned),
    ...(omitKeywords.length > 0 &&
      kept.tools !== undefined && { tools: withoutKeywords(kept.tools, omitKeywords) }),
  }
}

function limit(name: string, value: unknown, learned: Learned): [string, unknown][] {
  if (name !== 'max_tokens' && name !== 'max_completion_tokens') return [[name, value]]
  const { outputLimit = name, maxOutputTokens = Number.POSITIVE_INFINITY } = learned
  return [[outputLimit, typeof value === 'number' ? Math.min(value, maxOutputTokens) : value]]
}

function adaptMessages(messages: readonly Fields[], learned: Learned): readonly Fields[] {
  const [first] = messages
  const adapted =
    first && changesMessages(learned)
      ? [adaptMessage(first, learned), ...adaptOthers(messages.slice(1), learned)]
      : messages
  const spoken = learned.noSystem ? withoutSystem(adapted) : adapted
  if (learned.roles === undefined) return spoken
  return alternateRoles(learned.roles === 'plain' ? tellAsText(spoken) : spoken)
}

function changesMessages({ omitFields = [], wantsReasoning, ...learned }: Learned): boolean {
  return (
    omitFields.length > 0 ||
    wantsReasoning !== undefined ||
    learned.wantsSignatures === true ||
    learned.textContent === true
  )
}

function adaptMessage(message: Fields, learned: Learned): Fields {
  const { omitFields = [], wantsReasoning, wantsSignatures, textContent } = learned
  const calls = callsOf(message)
  const hasReasoning =
    wantsReasoning !== undefined &&
    message.role === 'assistant' &&
    (calls.length > 0 || wantsReasoning.in === 'answers')
  const adapted = {
    ...(hasReasoning && { [wantsReasoning.field]: emptyOf(wantsReasoning.field) }),
    ...message,
    ...(textContent && { content: textOf(message.content) }),
    ...(calls.length > 0 && {
      tool_calls: calls.map((call, index) =>
        without(wantsSignatures && index === 0 ? signed(call) : call, omitFields),
      ),
    }),
  }
  return without(adapted, omitFields)
}

/** The first message may be the system's, which is not the same at every step. */
const adaptOthers = rememberedList(adaptMessage)

/** The empty value of a field: some servers treat an empty string as missing. */
function emptyOf(field: string): unknown {
  return field.endsWith('_details') || field.endsWith('_blocks') ? [] : ' '
}

function signed(call: Fields): Fields {
  if (call.extra_content !== undefined) return call
  return { ...call, extra_content: { google: { thought_signature: NO_SIGNATURE } } }
}
