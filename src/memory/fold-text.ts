/*
 * Text folded for comparison. When a model copies text from a block, normal forms, spaces, quotes and line ends change.
 * Pure.
 */

/** A text in which all characters that look alike are equal. */
export interface FoldedText {
  readonly text: string
  /** Maps a range of the folded text to the original; undefined: it would split a character. */
  placeOf(start: number, end: number): { readonly start: number; readonly end: number } | undefined
}

/** A line end of any system, or a character with its combining marks. */
const UNIT = /\r\n|[\s\S]\p{M}*/gu
/** Invisible characters: variation selectors, soft hyphens, zero-width spaces. */
const UNSEEN = /\u00AD|\u200B|\u2060|\uFE0E|\uFE0F|\uFEFF/g

export function foldText(text: string): FoldedText {
  let folded = ''
  /** Start of each unit, in the folded and in the original text. */
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
      // Invisible characters on either side of the range are kept.
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
