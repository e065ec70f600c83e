import type { Message } from '../core/message.ts'

/**
 * The newest whole turns that fit into `budget` tokens; a turn begins with what the user said, so no tool call is
 * parted from its result. The newest turn always stays. What is left out remains in recall memory.
 */
export function fitHistory(messages: readonly Message[], budget: number): readonly Message[] {
  let start = messages.length
  let tokens = 0
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index]
    if (!message) break
    tokens += message.tokens
    const newestTurn = start === messages.length
    if (tokens > budget && !newestTurn) break
    if (message.role === 'user') start = index
  }
  return messages.slice(start === messages.length ? 0 : start)
}
