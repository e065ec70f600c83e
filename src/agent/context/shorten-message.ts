import { estimateTokens } from '../../core/estimate-tokens.ts'
import type { Message } from '../../core/message.ts'
import { remembered } from '../../core/remembered.ts'
import { countCharacters, sliceCharacters } from '../../core/text.ts'

/**
 * Largest share of the context window for one message. Longer ones are shortened in the request only; recall memory
 * keeps them whole. Chosen by hand.
 */
const MAX_SHARE = 0.2

/** Tokens that one message may take of a context window. */
export function messageBudget(contextWindow: number): number {
  return Math.floor(contextWindow * MAX_SHARE)
}

/**
 * Shortens a message to `budget` tokens: the beginning and the end of its text, and between them a note that says how
 * to read the rest. Pure, so the result is the same at every step.
 */
export function shortenMessage(message: Message, budget: number): Message {
  return message.tokens <= budget ? message : shorten(message, budget)
}

const shorten = remembered((message: Message, budget: number): Message => {
  const textTokens = estimateTokens(message.text)
  if (textTokens <= budget) return message
  const text = shortenText(message.text, budget, message.role)
  // The calls of an answer are not text and are not shortened.
  return { ...message, text, tokens: message.tokens - textTokens + budget }
})

function shortenText(text: string, budget: number, role: Message['role']): string {
  const characters = countCharacters(text)
  // Tokens per character of this text: a base64 blob has more than prose.
  const density = estimateTokens(text) / characters
  // The rest of the budget is for the note; the beginning gets more than the end. Numbers chosen by hand.
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
