import { estimateTokens } from '../../core/estimate-tokens.ts'
import type { Message } from '../../core/message.ts'
import { describePicture } from '../../core/picture.ts'
import { excerpt } from '../../core/text.ts'
import { picturesOf } from '../context/show-pictures.ts'

/** Characters of one message: notes need the gist of a document, not all of it. Chosen by hand. */
const MAX_ENTRY = 4_000
/** Chosen by hand. */
const MAX_RESULT = 500
/** Everything that some reader takes for a line break. */
const BREAK = /\r\n|[^\P{Cc}\t]|[\p{Zl}\p{Zp}]/gu

/** A conversation as lines for the model that summarizes it, in pieces of at most `pieceTokens`. */
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

/** The words of a message as lines, without tool calls and their results. */
export function spokenEntries(message: Message): readonly string[] {
  if (message.role === 'tool') return []
  return entries(message.role === 'assistant' ? { ...message, toolCalls: [] } : message)
}

function entries(message: Message): readonly string[] {
  const at = message.createdAt.slice(0, 16).replace('T', ' ')
  const entry = (text: string) => `[${at}] ${quoted(text)}`
  switch (message.role) {
    case 'user':
    case 'system': {
      const pictures = picturesOf(message).map((picture) => `[${describePicture(picture)}] `)
      const text = excerpt(message.text, MAX_ENTRY)
      return [entry(`${message.role}: ${pictures.join('')}${text}`)]
    }
    case 'assistant':
      return [
        ...message.said.map((text) => entry(`agent: ${excerpt(text, MAX_ENTRY)}`)),
        ...message.toolCalls
          .filter(({ name }) => name !== 'send_message')
          .map(({ name, arguments: text }) =>
            entry(`agent called ${name} ${excerpt(text, MAX_RESULT)}`),
          ),
      ]
    case 'tool':
      return message.toolName === 'send_message'
        ? []
        : [entry(`${message.toolName} answered: ${excerpt(message.text, MAX_RESULT)}`)]
  }
}

/** Marks every line after the first, so that no text inside a message can look like an entry of its own. */
function quoted(text: string): string {
  return text.replace(BREAK, '\n> ')
}
