import { estimateTokens } from '../core/estimate-tokens.ts'

/** Long text without spaces, such as a base64 blob, takes a byte-pair encoder more than linear time. */
const LONG_RUN = /\S{1000,}/g

/**
 * Counts tokens with OpenAI's o200k vocabulary, which is close enough to those of other vendors. Its tables take 0.2
 * seconds and about 75 MB to load, so it is used only if an estimate is too close to a limit.
 */
export async function countTokens(text: string): Promise<number> {
  const { encode } = await import('gpt-tokenizer/encoding/o200k_base')
  let estimated = 0
  const countable = text.replaceAll(LONG_RUN, (run) => {
    estimated += estimateTokens(run)
    return ' '
  })
  // Text that looks like a control token is counted as plain text.
  return estimated + encode(countable, { disallowedSpecial: new Set() }).length
}
