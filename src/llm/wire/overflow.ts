import type { ErrorDetail } from './error-body.ts'
import { saysOverflow } from './overflow-wordings.ts'
import { type OverflowSizes, readOverflow } from './read-overflow.ts'

/*
 * Decides whether a refusal means that the request is too long, or that there were too many requests. Checks known
 * phrases first, then the form of the sentence: the quantity it names, and that there is too much of it.
 */

const THROTTLES =
  /per (?:min|hour|day|second)|rate[ _-]?limit|\b[TR]P[MD]\b|quota|throttl|please wait|try again (?:in|later)|too many requests|concurren|capacity|overloaded|billing|credits/i
/** Other things that a request can have too many of; a shorter history does not help. */
const OTHERS =
  /\btools?\b ?(?:\[|\.|name|description|schema|definition|count)|function\.|function name|too many (?:tools|functions|images|files)|number of (?:tools|functions|images)|tool_call_id|\bimages?\b|\baudio\b|\bstop\b|top_p|temperature/i
const MEASURE = /tokens?|length|\blong\b|sizes?\b|\blarge\b|context/i
const THING =
  /prompt|\binputs?\b|context|messages?\b|requests?\b|sequence|conversation|total tokens/i
const EXCESS =
  /exceed|too (?:long|large|big|many)|overflow|(?:longer|larger|greater|more) than|(?:must|should) be (?:<=|≤|<|less|at most|no (?:more|longer|larger)|\[|in)|range of|does(?:n't| not) fit|reduce|shorten|is above|over the (?:limit|maximum)/i
/** Sizes in these units are not tokens. */
const CHARACTERS = /string too long|string_above_max_length|characters|bytes|\b[kmg]i?b\b/i

/** The limit of the answer, which a shorter history does not change. */
const OUTPUT = /max(?:imum)?[_ ]?(?:completion[_ ]?|output[_ ]?|new[_ ]?)?tokens?\b/i
const INPUT = /prompt|\binput|messages|in total|\bsum\b|\+/i

/** This one request exceeds the limit of tokens per minute, so waiting does not help. */
function tooLargeForRate(detail: ErrorDetail, estimatedTokens: number): OverflowSizes | undefined {
  const { message } = detail
  const limit = numberAfter(/limit:?\s*(\d[\d,]*)/i, message)
  const requested = numberAfter(/requested:?\s*(\d[\d,]*)/i, message)
  if (limit !== undefined && requested !== undefined) {
    return requested > limit ? { windowTokens: limit, requestTokens: requested } : undefined
  }
  const rate = numberAfter(/(\d[\d,]*) (?:\w+ )?tokens per min/i, message)
  return rate !== undefined && estimatedTokens > rate ? { windowTokens: rate } : undefined
}

function numberAfter(pattern: RegExp, text: string): number | undefined {
  const number = Number(pattern.exec(text)?.[1]?.replaceAll(',', ''))
  return number > 0 ? number : undefined
}

/** Undefined: the request is not too long. Sizes are given if the refusal states them in tokens. */
export function overflowIn(
  status: number,
  detail: ErrorDetail,
  estimatedTokens: number,
): OverflowSizes | undefined {
  if (status === 401 || status === 402) return undefined
  const text = [detail.message, detail.code, detail.type].join(' ')
  const rate = THROTTLES.test(text) ? tooLargeForRate(detail, estimatedTokens) : undefined
  if (rate) return rate
  // Some servers refuse a request that is too long with an empty error.
  const hasNoText = detail.message === '' && detail.code === ''
  const isSilent = hasNoText && (status === 413 || status === 400)
  if (isSilent || (status === 413 && !isThrottled(text))) return sizesIn(detail.message)
  if (status === 429) return undefined
  if (saysOverflow(detail)) return sizesIn(detail.message)
  if (THROTTLES.test(text) || OTHERS.test(detail.message)) return undefined
  const { message } = detail
  if (OUTPUT.test(message) && !INPUT.test(message)) return undefined
  return MEASURE.test(message) && THING.test(message) && EXCESS.test(message)
    ? sizesIn(message)
    : undefined
}

function sizesIn(message: string): OverflowSizes {
  return CHARACTERS.test(message) ? {} : readOverflow(message)
}

/** There were too many requests, whatever the status says. */
export function isThrottled(text: string): boolean {
  return /throttl|too many requests|rate[ _-]?limit(?:ed|_| exceeded| reached)|too many tokens, please wait|please wait (?:before|and)|resource_exhausted/i.test(
    text,
  )
}
