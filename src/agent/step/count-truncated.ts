import type { Message } from '../../core/message.ts'
import { SHORTER } from './parse-tool-arguments.ts'

/** A model that was told twice to be shorter and still is not will not be. */
export const MOST_TRUNCATED = 3

/** How many of the newest answers in a row were cut off in the middle of their calls. */
export function countTruncated(messages: readonly Message[]): number {
  let count = 0
  let isCutOff = false
  for (const message of messages.toReversed()) {
    if (message.role === 'tool') {
      isCutOff ||= message.status === 'error' && message.text.endsWith(SHORTER)
      continue
    }
    if (message.role !== 'assistant' || !isCutOff) return count
    count += 1
    isCutOff = false
  }
  return count
}
