import { LIMITS } from '../../core/limits.ts'

/** The sizes in a provider's refusal of a request that is too long; each is present if stated. */
export interface OverflowSizes {
  readonly windowTokens?: number
  readonly requestTokens?: number
}

const NUMBER = String.raw`(\d[\d,_.]*\d|\d)`
const WINDOW = [
  String.raw`\d \+ \d+ > ${NUMBER}`,
  String.raw`context length (?:is|of)(?: only)? ${NUMBER}`,
  String.raw`maximum prompt length (?:is|of) ${NUMBER}`,
  String.raw`> ${NUMBER} maximum`,
  String.raw`exceeds the (?:limit|maximum)[^\d]{0,40}${NUMBER}`,
  String.raw`${NUMBER} maximum context length`,
  String.raw`"?n_ctx"?\D{1,4}${NUMBER}`,
  String.raw`context (?:window|size|limit)[^\d]{0,30}${NUMBER}`,
  String.raw`(?:limit|maximum)(?: is| of|:)? ${NUMBER}`,
].map((pattern) => new RegExp(pattern, 'i'))
const REQUEST = [
  String.raw`prompt is too long: ${NUMBER}`,
  String.raw`passed ${NUMBER} input tokens`,
  String.raw`resulted in ${NUMBER} tokens`,
  // Preferred to the sum with the output, which comes earlier in the text.
  String.raw`\(${NUMBER} in the messages`,
  String.raw`context limit: ${NUMBER} \+`,
  String.raw`requested (?:about )?${NUMBER} tokens`,
  String.raw`(?:input|prompt) token count (?:of )?\(?${NUMBER}`,
  String.raw`"?n_prompt_tokens"?\D{1,4}${NUMBER}`,
  String.raw`(?:request|prompt) contains ${NUMBER} tokens`,
  String.raw`request \(${NUMBER} tokens`,
].map((pattern) => new RegExp(pattern, 'i'))

/** Smaller numbers are no window, but a status, a version or a message count. Chosen by hand. */
const MIN_TOKENS = 256

export function readOverflow(text: string): OverflowSizes {
  const windowTokens = firstNumber(WINDOW, text)
  const requestTokens = firstNumber(REQUEST, text)
  return {
    ...(windowTokens !== undefined && { windowTokens }),
    ...(requestTokens !== undefined && { requestTokens }),
  }
}

function firstNumber(patterns: readonly RegExp[], text: string): number | undefined {
  for (const pattern of patterns) {
    const number = Number(pattern.exec(text)?.[1]?.replaceAll(/\D/g, ''))
    if (number >= MIN_TOKENS && number <= LIMITS.contextWindow) return number
  }
  return undefined
}
