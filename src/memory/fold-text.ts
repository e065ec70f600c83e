/*
 * Text as a person compares it. What a model copies from a block comes back with other normal forms, plain spaces and
 * quotes, and the line ends of another system.
 */

/** A text in which everything that looks alike is one. */
export interface FoldedText {
  readonly text: string
  /** Where a part of it stands in the text that was folded; undefined: it would cut a character in two. */
  placeOf(start: number, end: number): { readonly start: number; readonly end: number } | undefined
}

/** A line end of any system, or a character with the marks on it. */
const UNIT = /\r\n|[\s\S]\p{M}*/gu
/** They show nothing themselves: selectors of an emoji's look, soft hyphens, spaces without width. */
const UNSEEN = /\u00AD|\u200B|\u2060|\uFE0E|\uFE0F|\uFEFF/g

export function foldText(text: string): FoldedText {
  let folded = ''
  /** Where each unit begins, in the folded text and in the given one. */
  const bounds = new Map<number, { first: number; last: number }>()
  let at = 0
  const mark = () => {
    const known = bounds.get(folded.length)
    if (known) known.last = at
    else bounds.set(folded.length, { first: at, last: at })
  }
  for (const [unit] of text.matchAll(UNIT)) {
    mark()
    folded += foldUnit(unit)
    at += unit.length
  }
  mark()
  return {
    text: folded,
    placeOf(start, end) {
      const [from, to] = [bounds.get(start), bounds.get(end)]
      // What shows nothing on either side of the place stays.
      return from && to ? { start: from.last, end: to.first } : undefined
    },
  }
}

function foldUnit(unit: string): string {
  if (unit === '\r\n' || unit === '\r' || unit === '\u2028' || unit === '\u2029') return '\n'
  return unit
    .normalize('NFD')
    .replace(UNSEEN, '')
    .replace(/[^\S\n]/g, ' ')
    .replace(/[\u2018\u2019\u201A\u201B\u2032\u02BC\u0060\u00B4]/g, "'")
    .replace(/[\u201C\u201D\u201E\u201F\u2033\u00AB\u00BB]/g, '"')
    .replace(/[\u2010\u2011]/g, '-')
}
