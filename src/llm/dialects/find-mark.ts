import { CALL_MARKS } from './call-marks.ts'
import { isInFence } from './split-thinking.ts'

export interface FoundMark {
  readonly start: number
  readonly end: number
  readonly bodyStart: number
  readonly bodyEnd: number
  readonly isClosed: boolean
  readonly isToken: boolean
  /** It follows words on its line and ends the text, so it is a call only if it is a whole one of an offered tool. */
  readonly isInline: boolean
}

/** Marks within lines whose end is searched for. Chosen by hand. */
const MAX_INLINE = 50

/** The first mark of a call from `from` on. `kept`: the text before `text`. */
export function findMark(
  text: string,
  from: number,
  kept: readonly string[],
): FoundMark | undefined {
  let first: FoundMark | undefined
  const lower = text.toLowerCase()
  let inline = 0
  for (const { open, close, isToken, isBody } of CALL_MARKS) {
    const search = new RegExp(open.source, `${open.flags}g`)
    search.lastIndex = from
    for (let found = search.exec(text); found; found = search.exec(text)) {
      if (first && first.start <= found.index) break
      const isInline = !isToken && !opensLine(text, found.index, kept)
      if (isInline && (!isBody || ++inline > MAX_INLINE)) continue
      const inside = found.index + found[0].length
      const mark = close?.replaceAll(/\$(\d)/g, (_, number: string) => found[Number(number)] ?? '')
      const at = mark === undefined ? -1 : lower.indexOf(mark.toLowerCase(), inside)
      const next = nextOpen(text, open, inside)
      const end = at < 0 ? next : at + (mark?.length ?? 0)
      if (isInline && (at < 0 || !endsText(text, found.index, end, kept))) continue
      first = {
        start: found.index,
        end,
        bodyStart: isBody === true ? found.index : inside,
        bodyEnd: isBody === true || at < 0 ? end : at,
        // If the answer was cut off, the end mark is missing.
        isClosed: at >= 0 || mark === undefined,
        isToken,
        isInline,
      }
      break
    }
  }
  return first
}

/** Whether nothing but further tags follows, and the mark is not quoted as code. */
function endsText(text: string, start: number, end: number, kept: readonly string[]): boolean {
  const after = text.slice(end).trim()
  if (after !== '' && !after.startsWith('<')) return false
  const before = kept.join('') + text.slice(0, start)
  const line = before.slice(before.lastIndexOf('\n') + 1)
  return (line.match(/`/g) ?? []).length % 2 === 0 && !isInFence(before)
}

/** A mark without an end is closed by the next one of its kind. */
function nextOpen(text: string, open: RegExp, from: number): number {
  const next = text.slice(from).search(open)
  return next < 0 ? text.length : from + next
}

/** Whether the mark begins a line and is not inside code; a mark quoted in a sentence does not open a call. */
function opensLine(text: string, start: number, kept: readonly string[]): boolean {
  let before = start - 1
  while (text[before] === ' ' || text[before] === '\t') before -= 1
  if (before >= 0 && text[before] !== '\n') return false
  return !isInFence(kept.join('') + text.slice(0, start))
}
