import { isRecord } from '../../core/is-record.ts'
import type { Learned } from '../learned/learned.ts'
import type { ProviderRefusal } from './classify-failure.ts'
import type { Fields } from './fields.ts'

/*
 * Learns from the refusal of a request. A refusal is recognized by the parameter, keyword or field of the request that
 * it names, since its wording differs between servers and changes over time. Each lesson changes the request, so the
 * same refusal leads to the next lesson, and finally to none.
 */

/** Statuses of refusals that concern the request itself. Some engines also answer 500 if a chat template fails. */
const TEACHING: ReadonlySet<number> = new Set([400, 404, 405, 415, 422, 500, 501])

export interface Refused {
  /** The whole message of the server, as one text. */
  readonly text: string
  readonly body: Fields
  readonly learned: Learned
}

export type Lesson = (refused: Refused) => Learned | undefined

/** Undefined: the refusal teaches nothing. */
export function learnBy(
  lessons: readonly Lesson[],
  { status, detail }: Pick<ProviderRefusal, 'status' | 'detail'>,
  body: Fields,
  learned: Learned,
): Learned | undefined {
  if (!TEACHING.has(status)) return undefined
  const text = [detail.message, detail.code, detail.type, detail.param].join(' ')
  if (text.trim() === '') return undefined
  for (const lesson of lessons) {
    const next = lesson({ text, body, learned })
    if (next) return { ...learned, ...next }
  }
  return undefined
}

/** Words of a refusal, as opposed to a mere mention. */
export const REFUSES =
  /unsupported|not (?:be )?(?:support|allow|permit|accept|available|valid|enabled|implemented)|(?:does|do|is|are)n['’]t|unknown|unrecogni[sz]ed|invalid|unexpected|extra|cannot|can['’]t|can not|disabled|must|only|forbid|deprecated|removed|no endpoints|no longer|incompatible|illegal/i
/** Words about the value of a parameter. */
const BOUNDS =
  /should be|fixed|\brange\b|between|(?:less|greater|more|higher|lower) than|at (?:most|least)|m(?:ax|in)imum|exceed/i
export const UNKNOWN_FIELD =
  /unsupported|unimplemented|not (?:be )?(?:support|allow|permit|accept)|unknown|unrecogni[sz]ed|unexpected|extra|additional|forbid|cannot find/i

/** Parameters that a model refuses because it thinks: the lesson is about them, and the thinking stays. */
export const NOT_OF_THINKING = /tool[_ -]?choice|temperature|top_[pk]/i

/** Matches whole words, so that `stream` is not found in `stream_options`. */
export function names(text: string, name: string): boolean {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'i').test(text)
}

export function ofToolChoice({ text, body, learned }: Refused): Learned | undefined {
  const choice = body.tool_choice
  if (choice === undefined || choice === 'none') return undefined
  const isMeant =
    // The flags of vLLM that its operator must set have a similar name.
    (names(text, 'tool_choice') && !/--enable-auto-tool-choice/.test(text)) ||
    (/tool[_ -]?(?:choice|config)|(?:forc|requir)\w* (?:a )?(?:tool|function)|(?:tool|function)[_ -]?call(?:s|ing)? (?:config )?mode|mode\W{1,3}any/i.test(
      text,
    ) &&
      REFUSES.test(text))
  if (!isMeant) return undefined
  const isOnlyTheObject =
    isRecord(choice) && !/required/i.test(text) && learned.toolChoice !== 'words'
  return { toolChoice: isOnlyTheObject ? 'words' : 'none' }
}

/** The model's output limit, if the refusal of `value` tokens states it. */
export function outputSizeIn(text: string, value: number): number | undefined {
  const allowed = [...text.matchAll(/\d[\d,]*/g)]
    .map(([number]) => Number(number.replaceAll(',', '')))
    .filter((number) => number < value && number >= MIN_OUTPUT)
  const speaksOfSize =
    /at most|maximum|less than|<=|≤|too (?:large|high|big)|exceed|range|between|limit|up to/i
  return allowed.length > 0 && speaksOfSize.test(text) ? Math.max(...allowed) : undefined
}

/** Smaller numbers are not a model's limit. Chosen by hand. */
const MIN_OUTPUT = 64

/** Keywords that a schema needs. */
const OWN_KEYWORDS = new Set([
  'type',
  'properties',
  'items',
  'name',
  'function',
  'parameters',
  'input_schema',
  'description',
])

export function ofKeywords({ text, body, learned }: Refused): Learned | undefined {
  if (!REFUSES.test(text) && !UNKNOWN_FIELD.test(text)) return undefined
  const keywords = new Set<string>()
  collectKeywords(body.tools, keywords)
  const refused = [...keywords].filter((name) => !OWN_KEYWORDS.has(name) && names(text, name))
  // These keywords are ordinary words too, so they count only if the refusal is about schemas.
  const sure = refused.filter(
    (name) =>
      /[A-Z$_]/.test(name) ||
      /tools?\b|function|schema|propert|parameter|grammar|keyword/i.test(text),
  )
  return sure.length > 0 ? { omitKeywords: [...(learned.omitKeywords ?? []), ...sure] } : undefined
}

function collectKeywords(schema: unknown, keywords: Set<string>): void {
  if (Array.isArray(schema)) {
    for (const entry of schema) collectKeywords(entry, keywords)
    return
  }
  if (!isRecord(schema)) return
  for (const [name, value] of Object.entries(schema)) {
    keywords.add(name)
    const inner = name === 'properties' && isRecord(value) ? Object.values(value) : value
    collectKeywords(inner, keywords)
  }
}

/** Any parameter except those that a request needs. */
export function ofParametersBut(own: ReadonlySet<string>): Lesson {
  return ({ text, body, learned }) => {
    if (!REFUSES.test(text) && !BOUNDS.test(text)) return undefined
    const refused = Object.keys(body).find((name) => !own.has(name) && names(text, name))
    return refused === undefined ? undefined : omit(learned, refused)
  }
}

/** Fields in the history, besides `own`, that a server sends and does not take back. */
export function ofHistory(
  read: (body: Fields) => readonly Fields[],
  own: ReadonlySet<string>,
): Lesson {
  return ({ text, body, learned }) => {
    if (!REFUSES.test(text)) return undefined
    const sent = new Set(read(body).flatMap((part) => Object.keys(part)))
    const refused = [...sent].filter((name) => !own.has(name) && names(text, name))
    if (refused.length === 0) return undefined
    return { omitFields: [...(learned.omitFields ?? []), ...refused] }
  }
}

export function omit(learned: Learned, name: string): Learned {
  return { omit: [...(learned.omit ?? []), name] }
}

export function ofStream({ text, body, learned }: Refused): Learned | undefined {
  if (!/\bstream(?:ing|ed)?\b/i.test(text) || learned.stream !== undefined) return undefined
  if (body.stream === true) {
    const isRefused = /not|unsupported|disabled|must be false|cannot|can['’]t|unavailable/i
    return isRefused.test(text) ? { stream: false } : undefined
  }
  return /only|must|require|enable|set|true/i.test(text) ? { stream: true } : undefined
}
