import { isRecord } from '../../core/is-record.ts'
import type { Learned } from '../learned/learned.ts'
import type { ProviderRefusal } from '../wire/classify-failure.ts'
import type { Fields } from '../wire/fields.ts'
import {
  type Lesson,
  learnBy,
  NOT_OF_THINKING,
  names,
  ofKeywords,
  ofParametersBut,
  ofStream,
  ofToolChoice,
  omit,
  outputSizeIn,
  REFUSES,
  type Refused,
  UNKNOWN_FIELD,
} from '../wire/lessons.ts'
import { callsOf, messagesOf } from './wire-messages.ts'

/* Corrections from refusals of chat completions. */

/** Undefined: the refusal teaches nothing. */
export function learnFrom(
  refusal: ProviderRefusal,
  body: Fields,
  learned: Learned,
): Learned | undefined {
  return learnBy(LESSONS, refusal, body, learned)
}

const LESSONS: readonly Lesson[] = [
  ofToolChoice,
  ofOutputLimit,
  ofSignatures,
  ofReasoning,
  ofEffort,
  ofFields,
  ofKeywords,
  ofParametersBut(
    new Set([
      'model',
      'messages',
      'tools',
      'tool_choice',
      'stream',
      'max_tokens',
      'max_completion_tokens',
    ]),
  ),
  ofUsage,
  ofRoles,
  ofSystem,
  ofContent,
  ofStream,
]

const LIMITS = ['max_tokens', 'max_completion_tokens'] as const

function ofOutputLimit({ text, body, learned }: Refused): Learned | undefined {
  const sent = LIMITS.find((name) => typeof body[name] === 'number')
  const value = sent && Number(body[sent])
  const isNamed =
    /max(?:imum)?[_ ]?(?:completion[_ ]?|output[_ ]?|new[_ ]?)?tokens|(?:output|completion) tokens|maximum output/i.test(
      text,
    )
  if (!sent || !value || !isNamed) return undefined
  const size = outputSizeIn(text, value)
  if (size !== undefined) return { maxOutputTokens: size }
  const other = sent === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
  const isWanted = names(text, other) && /required|missing/i.test(text)
  if (!REFUSES.test(text) && !isWanted) return undefined
  return learned.outputLimit === sent ? omit(learned, sent) : { outputLimit: other }
}

function ofSignatures({ text, body, learned }: Refused): Learned | undefined {
  if (learned.wantsSignatures || !/thought[_ ]?signature/i.test(text)) return undefined
  const lacks = messagesOf(body).some((message) => {
    const [first] = callsOf(message)
    return first !== undefined && first.extra_content === undefined
  })
  return lacks ? { wantsSignatures: true } : undefined
}

function ofReasoning({ text, body }: Refused): Learned | undefined {
  const field = reasoningField(text)
  const answers = messagesOf(body).filter(({ role }) => role === 'assistant')
  if (field === undefined || answers.length === 0) return undefined
  const has = (message: Fields) => message[field] !== undefined
  if (UNKNOWN_FIELD.test(text) && answers.some(has)) return undefined
  const called = answers.filter((message) => callsOf(message).length > 0)
  if (!called.every(has)) return { wantsReasoning: { field, in: 'calls' } }
  return answers.every(has) ? undefined : { wantsReasoning: { field, in: 'answers' } }
}

/** The field that a refusal names, or implies by saying that thinking must be sent back. */
function reasoningField(text: string): string | undefined {
  const named = /\b(reasoning_\w+|thinking_blocks|reasoning)\b/i.exec(text)?.[1]?.toLowerCase()
  if (named?.includes('_') && named !== 'reasoning_effort') return named
  const comesBack =
    /(?:reasoning|thinking|thought)[\s\S]{0,80}(?:pass(?:ed)? back|return|includ|provid|present|missing|required|preserv|must)|(?:missing|(?:must|should|has to|needs to) (?:contain|include|have|carry))[\s\S]{0,40}(?:reasoning|thinking)/i
  if (!comesBack.test(text) || /thinking mode|reasoning_effort/i.test(text)) return undefined
  return named === 'reasoning' && /[`'"]reasoning[`'"]/.test(text)
    ? 'reasoning'
    : 'reasoning_content'
}

/** "This model does not support thinking", without the name of the parameter. */
function ofEffort({ text, body, learned }: Refused): Learned | undefined {
  if (body.reasoning_effort === undefined || !/thinking|reasoning/i.test(text)) return undefined
  const isMeant =
    REFUSES.test(text) &&
    !/content|signature|details|back/i.test(text) &&
    !NOT_OF_THINKING.test(text)
  return isMeant ? omit(learned, 'reasoning_effort') : undefined
}

/** The option inside `stream_options`. */
function ofUsage({ text, body, learned }: Refused): Learned | undefined {
  const isMeant = body.stream_options !== undefined && names(text, 'include_usage')
  return isMeant && REFUSES.test(text) ? omit(learned, 'stream_options') : undefined
}

const OWN_MESSAGE = new Set(['role', 'content', 'tool_calls', 'tool_call_id'])
const OWN_CALL = new Set(['id', 'type', 'function'])
const OWN_PART = new Set(['type', 'text'])

/** History fields that not every server knows. */
function ofFields({ text, body, learned }: Refused): Learned | undefined {
  const fields = new Set<string>()
  for (const message of messagesOf(body)) {
    for (const name of Object.keys(message)) if (!OWN_MESSAGE.has(name)) fields.add(name)
    for (const call of callsOf(message)) {
      for (const name of Object.keys(call)) if (!OWN_CALL.has(name)) fields.add(name)
    }
    const parts = Array.isArray(message.content) ? message.content.filter(isRecord) : []
    const isOdd = parts.some((part) =>
      Object.keys(part).some((name) => !OWN_PART.has(name) && names(text, name)),
    )
    if (isOdd && !learned.textContent) return { textContent: true }
  }
  const refused = [...fields].filter((name) => names(text, name))
  if (refused.length > 0) return { omitFields: [...(learned.omitFields ?? []), ...refused] }
  // "Extra inputs are not permitted", without a name: leaves out all extra fields.
  const isNameless =
    /extra|additional (?:properties|fields)/i.test(text) && /messages|assistant/i.test(text)
  return isNameless && fields.size > 0
    ? { omitFields: [...(learned.omitFields ?? []), ...fields] }
    : undefined
}

const ROLES =
  /alternat|consecutive|same role|(?:unexpected|wrong|invalid|incorrect) (?:message )?role|roles? (?:must|should|order|sequence)|order of (?:the )?(?:roles|messages)|expected (?:last|first|next)? ?(?:message )?role|(?:first|last|previous|next) (?:non-system )?message (?:must|should|has to|role)|(?:right |directly )?after (?:role |a |an |the )?['"`]?(?:tool|assistant|user|system)|two (?:user|assistant)|(?:user|assistant) (?:messages? )?in a row|conversation roles|no user (?:query|message)|assistant messages? at the end/i
/** The template has no messages of the role `tool`. */
const NO_TOOL_ROLE =
  /roles?[\s'"`:]*(?:is |of )?['"`]?tool\b(?![_ -]?c)[\s\S]{0,20}(?:not|invalid|un(?:known|supported))|(?:unsupported|unknown|invalid|unexpected) (?:message )?role[\s'"`:]*tool\b|tool (?:role|messages?) (?:is|are) (?:not|un)|only user and assistant roles/i

function ofRoles({ text, body, learned }: Refused): Learned | undefined {
  const isUntold = learned.roles !== 'plain' && messagesOf(body).some(({ role }) => role === 'tool')
  const mayBeSystem = ofSystem({ text, body, learned }) !== undefined
  if (isUntold && NO_TOOL_ROLE.test(text) && !mayBeSystem) return { roles: 'plain' }
  if (!ROLES.test(text) || /followed by tool (?:messages|results)|tool_call_id/i.test(text)) {
    return undefined
  }
  if (learned.roles === 'plain') return undefined
  return { roles: learned.roles === 'alternate' ? 'plain' : 'alternate' }
}

const NO_SYSTEM =
  /(?:system|developer)[\s'"`]*(?:role|message|prompt|instruction)s?[\s\S]{0,60}(?:not|only|must|first|begin|invalid|unsupported)|(?:role|message|prompt)s?[\s'"`:]*(?:system|developer)[\s\S]{0,40}(?:not|invalid|unsupported)|(?:not|invalid|unsupported|only)[\s\S]{0,60}[\s'"`](?:system|developer)[\s'"`]|only user and assistant roles|must (?:start|begin) with (?:a |the )?['"`]?user/i

function ofSystem({ text, body, learned }: Refused): Learned | undefined {
  const hasSystem = messagesOf(body).some(({ role }) => role === 'system')
  return hasSystem && !learned.noSystem && NO_SYSTEM.test(text) ? { noSystem: true } : undefined
}

function ofContent({ text, body, learned }: Refused): Learned | undefined {
  if (learned.textContent || !names(text, 'content')) return undefined
  const isAbout = /null|none|string|\bstr\b|required|missing|empty|type|array|list/i.test(text)
  const hasOdd = messagesOf(body).some(({ content }) => typeof content !== 'string')
  return isAbout && hasOdd ? { textContent: true } : undefined
}
