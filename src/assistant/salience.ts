import type { MessageRole } from '../core/message.ts'

/*
 * Estimates how much a message matters to a later session. No model is called: rules, wishes, decisions and reasons
 * rank above requests, and the user above the assistant. Weights are chosen by hand.
 */

const TELLING: readonly (readonly [RegExp, number])[] = [
  [/\b(remember|don't forget|keep in mind|note that|from now on)\b/i, 3],
  [/\b(always|never|must(?:n't)?|don't|do not|should(?:n't)?|only use|instead of)\b/i, 2],
  [/\b(prefer|we use|i use|our|convention|rule|policy|decided|agreed|because|the reason)\b/i, 1.5],
  [/\b(is|are|lives?|runs?|called|named|deploy|release|test)\b/i, 0.5],
]

/** Returns a rank; higher means more important. Pure. */
export function salience(role: MessageRole, text: string): number {
  const telling = TELLING.reduce(
    (sum, [pattern, weight]) => sum + (pattern.test(text) ? weight : 0),
    0,
  )
  const isQuestion = /\?\s*$/.test(text)
  return telling + (role === 'user' ? 1 : 0) - (isQuestion ? 0.5 : 0)
}
