/** Below this share of what we estimate, something of the request is missing; estimates are not that far off. */
const SUSPICIOUS_SHARE = 0.6
/** Small requests fit anywhere, and estimates of them are rough. */
const SMALLEST_PROMPT = 1_000

/**
 * A local engine whose window is smaller than the request may drop the beginning of it without a word, and with it who
 * the agent is. All that shows it is that it counted too few tokens.
 */
export function warnOfShortPrompt(
  title: string,
  counted: number,
  estimated: number,
): readonly string[] {
  const isComplete = counted >= estimated * SUSPICIOUS_SHARE
  if (isComplete || estimated < SMALLEST_PROMPT || counted === 0) return []
  return [
    `${title} read only about ${counted} of ${estimated} tokens, so it probably dropped the beginning of what the agent knows. Give the model a larger context window in ${title}, or the agent a smaller context_window.`,
  ]
}
