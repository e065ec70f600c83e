import { foldText } from './fold-text.ts'

/** Where in a text something stands, in code units. */
export interface Place {
  readonly start: number
  readonly end: number
}

/**
 * The places that a person would take for the text: equal but for normal forms, kinds of spaces, quotes and hyphens,
 * line ends, and characters that show nothing. A place begins and ends between whole characters.
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

/** More is not compared: looking for a difference must stay quick in any text. */
const MAX_COMPARED = 500
const MAX_LOOKED_THROUGH = 50_000
/** Fewer equal characters are no sign that this place was meant; of a short text half are enough. */
const MIN_EQUAL = 4
const SHOWN = 20

/** A sentence on where the text leaves what stands in the value; undefined: nothing there is like it. */
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

/** How much of the beginning of the text occurs somewhere. */
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

/** By code units: it is compared and not shown. */
function reverse(text: string): string {
  return text.split('').reverse().join('')
}
