import { foldText } from './fold-text.ts'

/** A range of a text, in UTF-16 code units. */
export interface Place {
  readonly start: number
  readonly end: number
}

/**
 * Occurrences of `text` that a person would call equal: Unicode normal forms, kinds of spaces, quotes and hyphens, line
 * ends and invisible characters are ignored. A place never splits a character. Pure.
 */
export function findPlaces(value: string, text: string): readonly Place[] {
  const wanted = foldText(text).text
  if (wanted === '') return []
  const folded = foldText(value)
  const places: Place[] = []
  for (let at = folded.text.indexOf(wanted); at !== -1; ) {
    const place = folded.placeOf(at, at + wanted.length)
    if (place) places.push(place)
    at = folded.text.indexOf(wanted, place ? at + wanted.length : at + 1)
  }
  return places
}

/** Limits of the comparison, so that an error message takes no noticeable time. Chosen by hand. */
const MAX_COMPARED = 500
const MAX_LOOKED_THROUGH = 50_000
/** A match of fewer characters is chance; of a short text, half suffices. Chosen by hand. */
const MIN_EQUAL = 4
const SHOWN = 20

/** One sentence that says where the text begins to differ from the value; undefined: nothing similar found. */
export function describeDifference(value: string, text: string): string | undefined {
  const there = foldText(value.slice(0, MAX_LOOKED_THROUGH)).text
  const given = foldText(text.slice(0, MAX_LOOKED_THROUGH)).text
  const before = equalStart(there, given)
  const after = equalEnd(there, given)
  const least = Math.min(MIN_EQUAL, Math.ceil(given.length / 2))
  if (Math.max(before, after) < least) return undefined
  return before >= after
    ? differenceBehind(there, given.slice(0, before), given.slice(before))
    : differenceBefore(there, given.slice(given.length - after), given.slice(0, -after))
}

function differenceBehind(there: string, equal: string, rest: string): string {
  const next = there.slice(there.indexOf(equal) + equal.length)
  return `After ${quote(equal.slice(-SHOWN))} the block has ${name(first(next))}, and your text has ${name(first(rest))}.`
}

function differenceBefore(there: string, equal: string, rest: string): string {
  const previous = there.slice(0, there.lastIndexOf(equal))
  return `Before ${quote(equal.slice(0, SHOWN))} the block has ${name(last(previous))}, and your text has ${name(last(rest))}.`
}

/** Length of the longest prefix of the text that occurs in the value. */
function equalStart(there: string, given: string): number {
  let [known, most] = [0, Math.min(given.length, MAX_COMPARED)]
  while (known < most) {
    const half = Math.ceil((known + most) / 2)
    if (there.includes(given.slice(0, half))) known = half
    else most = half - 1
  }
  return isWithinPair(given, known) ? known - 1 : known
}

function equalEnd(there: string, given: string): number {
  const equal = equalStart(reverse(there), reverse(given))
  return isWithinPair(given, given.length - equal) ? equal - 1 : equal
}

function isWithinPair(text: string, at: number): boolean {
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(Math.max(0, at - 1), at + 1))
}

function name(character: string | undefined): string {
  if (character === undefined) return 'nothing more'
  const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')
  return `${quote(character)} (U+${code})`
}

function quote(text: string): string {
  return JSON.stringify(text.toWellFormed())
}

function first(text: string): string | undefined {
  return [...text.slice(0, 2)][0]
}

function last(text: string): string | undefined {
  return [...text.slice(-2)].at(-1)
}

/** By code units: the result is compared, never shown. */
function reverse(text: string): string {
  return text.split('').reverse().join('')
}
