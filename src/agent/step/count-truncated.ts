import type { Message } from '../../core/message.ts'
import { SHORTER } from './parse-tool-arguments.ts'

/** After this many answers in a row that were cut off, the model will not get shorter. Chosen by hand. */
export const MAX_TRUNCATED = 3

/** How many of the newest answers in a row were cut off inside their calls. */
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
