import { estimateTokens } from '../../core/estimate-tokens.ts'
import { type Message, spokenText } from '../../core/message.ts'
import { excerpt } from '../../core/text.ts'

/** Characters. Chosen by hand. */
const MAX_LINE = 200
/** Share of the budget for the oldest lines: the start of a conversation is rarely repeated later. Chosen by hand. */
const OLDEST_SHARE = 0.4

/** Notes made without a model: the old notes, and the start of each message, as far as they fit. */
export function extractSummary(
  previous: string,
  messages: readonly Message[],
  budgetTokens: number,
): string {
  const said = messages
    .filter(({ role }) => role === 'user' || role === 'assistant')
    .map((message) => ({
      who: message.role === 'user' ? 'User' : 'Agent',
      text: spokenText(message),
      at: message.createdAt,
    }))
    .filter(({ text }) => text.trim() !== '')
    .map(
      ({ who, text, at }) =>
        `${who} (${at.slice(0, 10)}): ${excerpt(text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim(), MAX_LINE)}`,
    )
  return fitLines([...previous.split('\n'), ...said], budgetTokens)
}

/** The first and the last lines that fit, with a note of how much is left out in between. */
export function fitLines(lines: readonly string[], budgetTokens: number): string {
  const cut = lines.filter((line) => line.trim() !== '' && line !== GAP)
  if (tokensOf(cut) <= budgetTokens) return cut.join('\n')
  const head = takeWhile(cut, budgetTokens * OLDEST_SHARE)
  const rest = cut.slice(head.length).reverse()
  const room = budgetTokens - tokensOf(head) - tokensOf([GAP])
  const tail = [...takeWhile(rest, room)].reverse()
  return [...head, GAP, ...tail].join('\n')
}

const GAP = '[…]'

function takeWhile(lines: readonly string[], budgetTokens: number): readonly string[] {
  let tokens = 0
  const end = lines.findIndex((line) => {
    tokens += tokensOf([line])
    return tokens > budgetTokens
  })
  return end === -1 ? lines : lines.slice(0, end)
}

/** Counts the line break after each line. */
function tokensOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + estimateTokens(line) + 1, 0)
}
