/*
 * Names, memory and replies were written by anybody. A terminal obeys control sequences, so none of theirs reaches it:
 * each such character is shown as a picture of itself or by its number.
 */

/** C0 but tab and line feed, DEL, C1, and what turns the direction of writing. */
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** A text of lines as it may be printed. */
export function visible(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(CONTROLS, picture)
}

/** The same for a name or a cell, which stay on one line. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '␊').replaceAll('\t', '␉')
}

/** JSON with such characters escaped, which changes nothing of what it says. */
export function visibleJson(text: string): string {
  return text.replaceAll(CONTROLS, escaped)
}

function picture(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '␡' : escaped(character)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
