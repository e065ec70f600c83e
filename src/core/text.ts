/** Number of Unicode code points: the unit of every limit and count that a user sees. */
export function countCharacters(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** The code points `from` (inclusive) to `to` (exclusive); never cuts a surrogate pair. */
export function sliceCharacters(text: string, from: number, to = Number.POSITIVE_INFINITY): string {
  // A string never has more code points than code units, so a short one needs no scan.
  if (from === 0 && text.length <= to) return text
  let index = 0
  let start = text.length
  let position = 0
  for (const character of text) {
    if (index === from) start = position
    if (index === to) return text.slice(start, position)
    position += character.length
    index += 1
  }
  return text.slice(start)
}

/**
 * Makes text from outside safe to store and send: no lone surrogates, which some providers reject in every later
 * request, and no NUL, which PostgreSQL rejects.
 */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD')
}

/** Decodes a segment of an address into clean text. Undefined if it is not URL-encoded. */
export function decodeSegment(segment: string): string | undefined {
  try {
    return cleanText(decodeURIComponent(segment))
  } catch {
    return undefined
  }
}

/** Normalizes text used for lookup (names, tags, sources) to NFC, so that equal-looking text is equal. */
export function normalText(text: string): string {
  return cleanText(text).normalize('NFC')
}

/** The beginning of a text, for a log line or progress note. */
export function excerpt(text: string, characters: number): string {
  const short = sliceCharacters(text, 0, characters)
  return short.length < text.length ? `${short}…` : short
}
