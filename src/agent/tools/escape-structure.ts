/*
 * Memory is shown to the model between tags, under headings. Text in a block that looks like one of those tags could end
 * its block or begin another, so the bracket of such a tag is written `&lt;`; and a line that begins like a heading gets
 * a backslash. A model reads through invisible characters, unusual spaces and wide letters, so these are looked through
 * here too. A model copies what it sees, hence the way back for the texts of its edits.
 */

const TAGS = ['memory', 'block', 'summary', 'context', 'tool_call', 'tool_result']
const BRACKETS: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '\uFF1C': '&#xff1c;',
  '\uFE64': '&#xfe64;',
}
const BRACKET = /[<\uFF1C\uFE64]/g
const ESCAPED = new RegExp(Object.values(BRACKETS).join('|'), 'g')
/** What nobody sees: zero-width characters, marks, fillers, control characters. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{M}]/u
const BEFORE_NAME = /[\s\p{Z}/\\\u2044\u2215\u29F8\uFF0F]/u
const PART_OF_NAME = /[\p{L}\p{N}_]/u
/** A line break as some reader or other sees it, and whatever hides before the mark of a heading. */
const LINE_START = String.raw`(^|[^\P{Cc}\t]|[\p{Zl}\p{Zp}])([\p{Zs}\t\p{Default_Ignorable_Code_Point}\p{Cf}]*)`
const MARK = String.raw`(?=[#\uFF03]{1,6}(?![^\s\p{Z}\p{Default_Ignorable_Code_Point}\p{Cf}]))`
const HEADING = new RegExp(`${LINE_START}${MARK}`, 'gu')
const ESCAPED_HEADING = new RegExp(String.raw`${LINE_START}\\${MARK}`, 'gu')

/** Text from a block, as it is shown between the tags. */
export function escapeStructure(text: string): string {
  return text
    .replace(BRACKET, (bracket, at: number) =>
      beginsTag(text, at + 1) ? (BRACKETS[bracket] ?? bracket) : bracket,
    )
    .replace(HEADING, '$1$2\\')
}

/** What the model meant by text copied from where `escapeStructure` wrote it. */
export function unescapeStructure(text: string): string {
  return text
    .replace(ESCAPED, (escaped, at: number) =>
      beginsTag(text, at + escaped.length) ? bracketOf(escaped) : escaped,
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

/** Whether the name of one of our tags is what a reader sees from there on. It stops at the first sign that it is not. */
function beginsTag(text: string, start: number): boolean {
  let name = ''
  for (let at = start; at < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
    at += character.length
    if (UNSEEN.test(character) || (name === '' && BEFORE_NAME.test(character))) continue
    const plain = character.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
    if (TAGS.includes(name) && !PART_OF_NAME.test(plain)) return true
    name += plain
    if (!TAGS.some((tag) => tag.startsWith(name))) return false
  }
  return TAGS.includes(name)
}
