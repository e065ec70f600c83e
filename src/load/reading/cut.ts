import { estimateTokens } from '../../core/estimate-tokens.ts'

/**
 * Sizes of passages in tokens: neighbouring paragraphs are joined up to the first, and none is longer than the second.
 * Chosen by hand: a few paragraphs about one thing, so that several fit into an answer.
 */
const JOINED_TOKENS = 350
const MAX_TOKENS = 700

/** A stretch of a document under one heading. */
export interface Section {
  /** From the outermost heading to the innermost. */
  readonly headings: readonly string[]
  readonly text: string
}

/** Cuts a section into texts for passages, each with its headings before it. Pure. */
export function cut(
  { headings, text }: Section,
  separator: RegExp = PARAGRAPHS,
): readonly string[] {
  const pieces = text
    .split(separator)
    .map((piece) => piece.replace(/^\n+|\s+$/g, ''))
    .filter((piece) => piece.trim() !== '')
    .flatMap((piece) => shorten(piece, FINER))
  const path = headings.filter((heading) => heading !== '').join(' > ')
  return join(pieces).map((joined) => (path === '' ? joined : `${path}\n\n${joined}`))
}

const PARAGRAPHS = /\n[ \t]*\n/
/** Blank lines before a line that is not indented: between functions and classes. */
export const DEFINITIONS = /\n[ \t]*\n(?=\S)/
/** Lines, sentences, words: tried in this order on what is too long. */
const FINER = [/\n/, /(?<=[.!?。！？])\s+/, /\s+/]

function shorten(piece: string, finer: readonly RegExp[]): readonly string[] {
  if (piece.length <= MAX_TOKENS || estimateTokens(piece) <= MAX_TOKENS) return [piece]
  const [separator, ...rest] = finer
  if (separator === undefined) return inSlices(piece)
  const parts = piece.split(separator).filter((part) => part.trim() !== '')
  const glue = separator.source === '\\n' ? '\n' : ' '
  return join(
    parts.flatMap((part) => shorten(part, rest)),
    glue,
  )
}

/** A text without any blank, such as a long line of base64. */
function inSlices(text: string): readonly string[] {
  const slices: string[] = []
  for (let from = 0; from < text.length; ) {
    let end = Math.min(text.length, from + MAX_TOKENS)
    // Never between the two halves of a character.
    if (end < text.length && /[\uD800-\uDBFF]/.test(text.charAt(end - 1))) end -= 1
    slices.push(text.slice(from, end))
    from = end
  }
  return slices
}

function join(pieces: readonly string[], glue = '\n\n'): readonly string[] {
  const joined: string[] = []
  let current = ''
  let tokens = 0
  for (const piece of pieces) {
    const more = estimateTokens(piece)
    if (current !== '' && tokens + more > JOINED_TOKENS) {
      joined.push(current)
      current = ''
      tokens = 0
    }
    current = current === '' ? piece : `${current}${glue}${piece}`
    tokens += more
  }
  if (current !== '') joined.push(current)
  return joined
}
