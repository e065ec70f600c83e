/** Characters, wherever a limit or a count is told to anyone, are Unicode code points. */
export function countCharacters(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** The code points `from` (inclusive) to `to` (exclusive); never cuts a surrogate pair. */
export function sliceCharacters(text: string, from: number, to = Number.POSITIVE_INFINITY): string {
  // A string has at most as many code points as code units, so a short one needs no walk.
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
 * Text from outside as it may be stored and sent to a model: no lone surrogates, which break JSON for some providers
 * for ever, and no NUL, which PostgreSQL refuses.
 */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD')
}

/**
 * Text by which something is found again: a name, tag, source or passage. What looks the same is the same: systems and
 * keyboards differ in whether they put letters and their marks together.
 */
export function normalText(text: string): string {
  return cleanText(text).normalize('NFC')
}

/** The beginning of a text for a log line or a progress note. */
export function excerpt(text: string, characters: number): string {
  const short = sliceCharacters(text, 0, characters)
  return short.length < text.length ? `${short}…` : short
}
