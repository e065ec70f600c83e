/**
 * Below this share of our estimate a part of the request was probably dropped; estimates are more accurate than that.
 * Chosen by hand.
 */
const SUSPICIOUS_SHARE = 0.6
/** Tokens. Smaller requests fit any window, and their estimates are rough. Chosen by hand. */
const MIN_PROMPT = 1_000

/**
 * Warns if a local engine seems to have dropped the beginning of the request, and with it the agent's identity. Engines
 * with a small window do so silently; only a low token count shows it.
 */
export function warnOfShortPrompt(
  title: string,
  counted: number,
  estimated: number,
): readonly string[] {
  const isComplete = counted >= estimated * SUSPICIOUS_SHARE
  if (isComplete || estimated < MIN_PROMPT || counted === 0) return []
  return [
    `${title} read only about ${counted} of ${estimated} tokens, so it probably dropped the beginning of what the agent knows. Give the model a larger context window in ${title}, or the agent a smaller context_window.`,
  ]
}
