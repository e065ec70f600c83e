import { estimateTokens } from '../../core/estimate-tokens.ts'
import type { Message } from '../../core/message.ts'
import { countCharacters, sliceCharacters } from '../../core/text.ts'

/** Of the context window; what is longer is shortened in the request, and stays whole in recall memory. */
const LARGEST_SHARE = 0.2

/** What one message may take of a context window. */
export function messageBudget(contextWindow: number): number {
  return Math.floor(contextWindow * LARGEST_SHARE)
}

/**
 * A message no larger than `budget` tokens: the beginning and the end of its text, and in between a note that says how
 * to read the rest. It depends on nothing but its arguments, so it is the same at every step.
 */
export function shortenMessage(message: Message, budget: number): Message {
  const textTokens = estimateTokens(message.text)
  if (message.tokens <= budget || textTokens <= budget) return message
  const text = shortenText(message.text, budget, message.role)
  // The calls of an answer are not text, and stay as they are.
  return { ...message, text, tokens: message.tokens - textTokens + budget }
}

function shortenText(text: string, budget: number, role: Message['role']): string {
  const characters = countCharacters(text)
  // Tokens per character of this very text: a base64 blob has more of them than prose.
  const density = estimateTokens(text) / characters
  const kept = Math.max(200, Math.floor((budget * 0.85) / density))
  if (kept >= characters) return text
  const head = sliceCharacters(text, 0, Math.floor(kept * 0.7))
  const tail = sliceCharacters(text, characters - Math.floor(kept * 0.3))
  const where =
    role === 'tool'
      ? 'call the tool again for less at a time'
      : 'the whole message is in recall memory: conversation_search finds its parts by their words'
  return `${head}\n[… ${characters - kept} of ${characters} characters are left out here; ${where} …]\n${tail}`
}
