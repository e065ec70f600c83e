import type { Learned } from '../learned/learned.ts'
import { type Fields, isFields } from './chat-extras.ts'
import type { ErrorDetail } from './error-body.ts'
import { callsOf, messagesOf } from './wire-messages.ts'

/*
 * What the refusal of a request teaches. It is recognised by what it names: a parameter, a keyword or a field that the
 * request has; sentences differ from server to server and from month to month. Each lesson changes the request, so the
 * same refusal leads to the next one, and in the end to none.
 */

/** Statuses with which a request is refused for what it is. Engines also say 500 when a chat template fails. */
const TEACHING: ReadonlySet<number> = new Set([400, 404, 405, 415, 422, 500, 501])

interface Refused {
  /** All that the server said, as one text. */
  readonly text: string
  readonly body: Fields
  readonly learned: Learned
}

/** Undefined: there is nothing to learn from it. */
export function learnFrom(
  status: number,
  detail: ErrorDetail,
  body: Fields,
  learned: Learned,
): Learned | undefined {
  if (!TEACHING.has(status)) return undefined
  const text = [detail.message, detail.code, detail.type, detail.param].join(' ')
  if (text.trim() === '') return undefined
  for (const lesson of LESSONS) {
    const next = lesson({ text, body, learned })
    if (next) return { ...learned, ...next }
  }
  return undefined
}

const LESSONS: readonly ((refused: Refused) => Learned | undefined)[] = [
  ofToolChoice,
  ofOutputLimit,
  ofSignatures,
  ofReasoning,
  ofFields,
  ofKeywords,
  ofParameters,
  ofRoles,
  ofSystem,
  ofContent,
  ofStream,
]

/** That something is refused rather than spoken of. */
const REFUSES =
  /unsupported|not (?:be )?(?:support|allow|permit|accept|available|valid|enabled|implemented)|(?:does|do|is|are)n['’]t|unknown|unrecogni[sz]ed|invalid|unexpected|extra|cannot|can['’]t|can not|disabled|must|only|forbid|deprecated|removed|no endpoints|no longer|incompatible|illegal/i
const UNKNOWN_FIELD =
  /unsupported|not (?:be )?(?:support|allow|permit|accept)|unknown|unrecogni[sz]ed|unexpected|extra|additional|forbid|cannot find/i

/** As a word of its own, so that `stream` is not found in `stream_options`. */
function names(text: string, name: string): boolean {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'i').test(text)
}

function ofToolChoice({ text, body, learned }: Refused): Learned | undefined {
  const choice = body.tool_choice
  if (choice === undefined || choice === 'none') return undefined
  const isMeant =
    /tool[_ -]?(?:choice|config)|(?:forc|requir)\w* (?:a )?(?:tool|function)|(?:tool|function)[_ -]?call(?:s|ing)? (?:config )?mode|mode\W{1,3}any/i.test(
      text,
    ) && REFUSES.test(text)
  if (!isMeant) return undefined
  const isOnlyTheObject =
    isFields(choice) && !/required/i.test(text) && learned.toolChoice !== 'words'
  return { toolChoice: isOnlyTheObject ? 'words' : 'none' }
}

const LIMITS = ['max_tokens', 'max_completion_tokens'] as const

function ofOutputLimit({ text, body, learned }: Refused): Learned | undefined {
  const sent = LIMITS.find((name) => typeof body[name] === 'number')
  const value = sent && Number(body[sent])
  const isNamed = /max_(?:completion_|output_|new_)?tokens|(?:output|completion) tokens/i.test(text)
  if (!sent || !value || !isNamed) return undefined
  const allowed = [...text.matchAll(/\d[\d,]*/g)]
    .map(([number]) => Number(number.replaceAll(',', '')))
    .filter((number) => number < value && number >= LEAST_OUTPUT)
  const speaksOfSize =
    /at most|maximum|less than|<=|≤|too (?:large|high|big)|exceed|range|between|limit|up to/i
  if (allowed.length > 0 && speaksOfSize.test(text)) {
    return { maxOutputTokens: Math.max(...allowed) }
  }
  if (!REFUSES.test(text)) return undefined
  const other = sent === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
  return learned.outputLimit === sent ? omit(learned, sent) : { outputLimit: other }
}

/** Smaller numbers are no limit that a model has. */
const LEAST_OUTPUT = 64

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

/** The field that a refusal names, or means where it speaks of thinking that has to come back. */
function reasoningField(text: string): string | undefined {
  const named = /\b(reasoning_\w+|thinking_blocks|reasoning)\b/i.exec(text)?.[1]?.toLowerCase()
  if (named?.includes('_') && named !== 'reasoning_effort') return named
  const comesBack =
    /(?:reasoning|thinking|thought)[\s\S]{0,80}(?:pass(?:ed)? back|return|includ|provid|present|missing|required|preserv|must)|missing[\s\S]{0,40}(?:reasoning|thinking)/i
  if (!comesBack.test(text) || /thinking mode|reasoning_effort/i.test(text)) return undefined
  return named === 'reasoning' && /[`'"]reasoning[`'"]/.test(text)
    ? 'reasoning'
    : 'reasoning_content'
}

const OWN_MESSAGE = new Set(['role', 'content', 'tool_calls', 'tool_call_id'])
const OWN_CALL = new Set(['id', 'type', 'function'])
const OWN_PART = new Set(['type', 'text'])

/** Fields of the history that not every server knows. */
function ofFields({ text, body, learned }: Refused): Learned | undefined {
  const fields = new Set<string>()
  for (const message of messagesOf(body)) {
    for (const name of Object.keys(message)) if (!OWN_MESSAGE.has(name)) fields.add(name)
    for (const call of callsOf(message)) {
      for (const name of Object.keys(call)) if (!OWN_CALL.has(name)) fields.add(name)
    }
    const parts = Array.isArray(message.content) ? message.content.filter(isFields) : []
    const isOdd = parts.some((part) =>
      Object.keys(part).some((name) => !OWN_PART.has(name) && names(text, name)),
    )
    if (isOdd && !learned.textContent) return { textContent: true }
  }
  const refused = [...fields].filter((name) => names(text, name))
  if (refused.length > 0) return { omitFields: [...(learned.omitFields ?? []), ...refused] }
  // "Extra inputs are not permitted", without a name: whatever is extra.
  const isNameless =
    /extra|additional (?:properties|fields)/i.test(text) && /messages|assistant/i.test(text)
  return isNameless && fields.size > 0
    ? { omitFields: [...(learned.omitFields ?? []), ...fields] }
    : undefined
}

/** Without these a schema says nothing. */
const OWN_KEYWORDS = new Set([
  'type',
  'properties',
  'items',
  'name',
  'function',
  'parameters',
  'description',
])

function ofKeywords({ text, body, learned }: Refused): Learned | undefined {
  if (!REFUSES.test(text) && !UNKNOWN_FIELD.test(text)) return undefined
  const keywords = new Set<string>()
  collectKeywords(body.tools, keywords)
  const refused = [...keywords].filter((name) => !OWN_KEYWORDS.has(name) && names(text, name))
  // Ordinary words too: they count only where the refusal is about schemas.
  const sure = refused.filter(
    (name) => /[A-Z$_]/.test(name) || /tools?\b|function|schema|propert|parameter/i.test(text),
  )
  return sure.length > 0 ? { omitKeywords: [...(learned.omitKeywords ?? []), ...sure] } : undefined
}

function collectKeywords(schema: unknown, keywords: Set<string>): void {
  if (Array.isArray(schema)) {
    for (const entry of schema) collectKeywords(entry, keywords)
    return
  }
  if (!isFields(schema)) return
  for (const [name, value] of Object.entries(schema)) {
    keywords.add(name)
    const inner = name === 'properties' && isFields(value) ? Object.values(value) : value
    collectKeywords(inner, keywords)
  }
}

const OWN_PARAMETERS = new Set(['model', 'messages', 'tools', 'tool_choice', 'stream', ...LIMITS])

function ofParameters({ text, body, learned }: Refused): Learned | undefined {
  if (!REFUSES.test(text)) return undefined
  const refused = Object.keys(body).find((name) => !OWN_PARAMETERS.has(name) && names(text, name))
  return refused === undefined ? undefined : omit(learned, refused)
}

function omit(learned: Learned, name: string): Learned {
  return { omit: [...(learned.omit ?? []), name] }
}

const ROLES =
  /alternat|consecutive|same role|(?:unexpected|wrong|invalid|incorrect) (?:message )?role|roles? (?:must|should|order|sequence)|order of (?:the )?(?:roles|messages)|expected (?:last|first|next)? ?(?:message )?role|(?:first|last|previous|next) (?:non-system )?message (?:must|should|has to|role)|(?:right |directly )?after (?:role |a |an |the )?['"`]?(?:tool|assistant|user|system)|two (?:user|assistant)|(?:user|assistant) (?:messages? )?in a row|conversation roles/i

function ofRoles({ text, learned }: Refused): Learned | undefined {
  if (!ROLES.test(text) || /followed by tool (?:messages|results)|tool_call_id/i.test(text)) {
    return undefined
  }
  if (learned.roles === 'plain') return undefined
  return { roles: learned.roles === 'alternate' ? 'plain' : 'alternate' }
}

const NO_SYSTEM =
  /(?:system|developer)[\s'"`]*(?:role|message|prompt|instruction)s?[\s\S]{0,60}(?:not|only|must|first|begin|invalid|unsupported)|(?:role|message|prompt)s?[\s'"`:]*(?:system|developer)[\s\S]{0,40}(?:not|invalid|unsupported)|(?:not|invalid|unsupported|only)[\s\S]{0,60}[\s'"`](?:system|developer)[\s'"`]/i

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

function ofStream({ text, body, learned }: Refused): Learned | undefined {
  if (!/\bstream(?:ing|ed)?\b/i.test(text) || learned.stream !== undefined) return undefined
  if (body.stream === true) {
    const isRefused = /not|unsupported|disabled|must be false|cannot|can['’]t|unavailable/i
    return isRefused.test(text) ? { stream: false } : undefined
  }
  return /only|must|require|enable|set|true/i.test(text) ? { stream: true } : undefined
}
