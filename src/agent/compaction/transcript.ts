import { estimateTokens } from '../../core/estimate-tokens.ts'
import type { Message } from '../../core/message.ts'
import { excerpt } from '../../core/text.ts'

/** Of one message: who writes notes needs the gist of a document, not all of it. */
const LONGEST_ENTRY = 4_000
const LONGEST_RESULT = 500

/** A conversation as lines to be read by whoever sums it up, cut into pieces of at most `pieceTokens`. */
export function transcriptPieces(
  messages: readonly Message[],
  pieceTokens: number,
): readonly string[] {
  const pieces: string[] = []
  let lines: string[] = []
  let tokens = 0
  for (const line of messages.flatMap(entries)) {
    const size = estimateTokens(line)
    if (lines.length > 0 && tokens + size > pieceTokens) {
      pieces.push(lines.join('\n'))
      lines = []
      tokens = 0
    }
    lines.push(line)
    tokens += size
  }
  return lines.length > 0 ? [...pieces, lines.join('\n')] : pieces
}

function entries(message: Message): readonly string[] {
  const at = message.createdAt.slice(0, 16).replace('T', ' ')
  switch (message.role) {
    case 'user':
    case 'system':
      return [`[${at}] ${message.role}: ${excerpt(message.text, LONGEST_ENTRY)}`]
    case 'assistant':
      return [
        ...message.said.map((text) => `[${at}] agent: ${excerpt(text, LONGEST_ENTRY)}`),
        ...message.toolCalls
          .filter(({ name }) => name !== 'send_message')
          .map(
            ({ name, arguments: text }) =>
              `[${at}] agent called ${name} ${excerpt(text, LONGEST_RESULT)}`,
          ),
      ]
    case 'tool':
      return message.toolName === 'send_message'
        ? []
        : [`[${at}] ${message.toolName} answered: ${excerpt(message.text, LONGEST_RESULT)}`]
  }
}
