/*
 * Memory is shown to the model between tags, under headings. Block text that looks like such a tag could end its block
 * or begin another, so its bracket is written `&lt;`; a line that begins like a heading gets a backslash. Models ignore
 * invisible characters, unusual spaces and wide letters, so the match ignores them too. A model copies the text it
 * sees, so its edits are unescaped again.
 */

const TAGS = ['memory', 'block', 'summary', 'context', 'message', 'tool_call', 'tool_result']
const BRACKETS: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '\uFF1C': '&#xff1c;',
  '\uFE64': '&#xfe64;',
}
const BRACKET = /[<\uFF1C\uFE64]/g
const ESCAPED = new RegExp(Object.values(BRACKETS).join('|'), 'g')
/** Invisible characters: zero-width characters, marks, fillers, control characters. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{M}]/u
const BEFORE_NAME = /[\s\p{Z}/\\\u2044\u2215\u29F8\uFF0F]/u
const PART_OF_NAME = /[\p{L}\p{N}_]/u
/** Everything that some reader takes for a line break, and anything hidden before the mark of a heading. */
const LINE_START = String.raw`(^|[^\P{Cc}\t]|[\p{Zl}\p{Zp}])([\p{Zs}\t\p{Default_Ignorable_Code_Point}\p{Cf}]*)`
const MARK = String.raw`(?=[#\uFF03]{1,6}(?![^\s\p{Z}\p{Default_Ignorable_Code_Point}\p{Cf}]))`
const HEADING = new RegExp(`${LINE_START}${MARK}`, 'gu')
const ESCAPED_HEADING = new RegExp(String.raw`${LINE_START}\\${MARK}`, 'gu')

/** Block text as shown between the tags. */
export function escapeStructure(text: string): string {
  return escapeTags(text, TAGS).replace(HEADING, '$1$2\\')
}

/** The text with the brackets of these tags escaped. */
export function escapeTags(text: string, tags: readonly string[]): string {
  return text.replace(BRACKET, (bracket, at: number) =>
    beginsTag(text, at + 1, tags) ? (BRACKETS[bracket] ?? bracket) : bracket,
  )
}

/** Undoes `escapeStructure` in text that the model copied. */
export function unescapeStructure(text: string): string {
  return text
    .replace(ESCAPED, (escaped, at: number) =>
      beginsTag(text, at + escaped.length, TAGS) ? bracketOf(escaped) : escaped,
    )
    .replace(ESCAPED_HEADING, '$1$2')
}

export function escapeAttribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
}

function bracketOf(escaped: string): string {
  return Object.keys(BRACKETS).find((bracket) => BRACKETS[bracket] === escaped) ?? escaped
}

/** Whether a reader sees the name of one of our tags from `start` on. It stops at the first difference. */
function beginsTag(text: string, start: number, tags: readonly string[]): boolean {
  let name = ''
  for (let at = start; at < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
    at += character.length
    if (UNSEEN.test(character) || (name === '' && BEFORE_NAME.test(character))) continue
    const plain = character.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
    if (tags.includes(name) && !PART_OF_NAME.test(plain)) return true
    name += plain
    if (!tags.some((tag) => tag.startsWith(name))) return false
  }
  return tags.includes(name)
}
