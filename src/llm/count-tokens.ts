import { estimateTokens } from '../core/estimate-tokens.ts'

/** Runs of letters without a space, a base64 blob for one, cost a byte-pair encoder more than linear time. */
const LONG_RUN = /\S{1000,}/g

/**
 * Tokens by OpenAI's o200k vocabulary, which is near enough to those of other vendors. Its tables take a fifth of a
 * second and some 75 MB to load, so it is asked only where an estimate is too close to a limit.
 */
export async function countTokens(text: string): Promise<number> {
  const { encode } = await import('gpt-tokenizer/encoding/o200k_base')
  let estimated = 0
  const countable = text.replaceAll(LONG_RUN, (run) => {
    estimated += estimateTokens(run)
    return ' '
  })
  // What looks like a control token is text here.
  return estimated + encode(countable, { disallowedSpecial: new Set() }).length
}
