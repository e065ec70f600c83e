/*
 * Anyone may have written names, memory and replies, and a terminal obeys control sequences. Each control character is
 * replaced by a visible symbol or its number.
 */

/** C0 except tab and line feed, DEL, C1, and bidirectional formatting characters. */
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** Makes a text of several lines safe to print. */
export function visible(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(CONTROLS, picture)
}

/** Makes a name or table cell safe to print on one line. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '␊').replaceAll('\t', '␉')
}

/** Escapes such characters in JSON, which keeps its meaning. */
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
