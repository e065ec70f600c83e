/*
 * Memory is shown to the model between tags. Text in a block that looks like one of those tags could end its block or
 * begin another, so the bracket of such a tag, and no other, is written `&lt;`. A model copies what it sees, hence the
 * way back for the texts of its edits.
 */

/** Text from a block, as it is shown between the tags. */
export function escapeStructure(text: string): string {
  return text.replaceAll(/<(?=\/?(?:memory|block|summary|context)\b)/gi, '&lt;')
}

/** What the model meant by text copied from where `escapeStructure` wrote it. */
export function unescapeStructure(text: string): string {
  return text.replaceAll(/&lt;(?=\/?(?:memory|block|summary|context)\b)/gi, '<')
}

export function escapeAttribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll(/\s+/g, ' ')
}
