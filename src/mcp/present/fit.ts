import { isRecord } from '../../core/is-record.ts'
import { countCharacters } from '../../core/text.ts'

/*
 * Keeps answers small. Clients cut or refuse results beyond some 20,000 characters, each in its own way. We cut them
 * ourselves, at a sensible place, and say so.
 */

/** Maximum JSON text of an answer, in characters. Chosen by hand: below the cut of the clients we know. */
const ANSWER_CHARACTERS = 20_000
/** Room kept for `truncated`, `left_out` and similar fields; chosen by hand. */
const MARGIN = 200
/** Maximum JSON text of one value in an answer; chosen by hand. */
const VALUE_CHARACTERS = 15_000

export type Answer = Readonly<Record<string, unknown>>

export interface Piece {
  readonly text: string
  /** Length of the whole text in code points. */
  readonly chars: number
  /** Offset of the rest; absent if this is the end. */
  readonly nextOffset?: number
}

export function fits(answer: Answer): boolean {
  return jsonLength(answer) < ANSWER_CHARACTERS
}

/** The part of `text` from `offset` on that fits into one answer. Offsets count code points. */
export function pieceOf(text: string, offset = 0, budget = VALUE_CHARACTERS): Piece {
  let index = 0
  let spent = 0
  let piece = ''
  let nextOffset: number | undefined
  for (const character of text) {
    if (index >= offset && nextOffset === undefined) {
      spent += escapedLength(character)
      if (spent > budget) nextOffset = index
      else piece += character
    }
    index += 1
  }
  return { text: piece, chars: index, ...(nextOffset !== undefined && { nextOffset }) }
}

/** Number of leading items of the list `key` that fit into the answer; at least one. */
export function countFitting(answer: Answer, key: string): number {
  let room = ANSWER_CHARACTERS - MARGIN - jsonLength({ ...answer, [key]: [] })
  let count = 0
  for (const item of listOf(answer, key)) {
    room -= jsonLength(item) + 1
    if (room < 0) break
    count += 1
  }
  return Math.max(count, 1)
}

export function listOf(answer: Answer, key: string): readonly unknown[] {
  const list = answer[key]
  return Array.isArray(list) ? list : []
}

/**
 * Cuts an answer that its tool cannot page: first items from the end of the longest list, then long strings, each with
 * its full length beside it (`reply_chars` for `reply`).
 */
export function cutToFit(answer: Answer): Answer {
  if (fits(answer)) return answer
  let result: Answer = answer
  for (const [characters, items] of STEPS) {
    const tally = { dropped: 0 }
    const cut = shorten(answer, characters, items, tally)
    result = dropItems({ ...(isRecord(cut) ? cut : {}), truncated: true }, tally.dropped)
    if (fits(result)) return result
  }
  return dropFields(result)
}

const STEPS = [
  [VALUE_CHARACTERS, Number.POSITIVE_INFINITY],
  [8_000, 200],
  [4_000, 100],
  [1_000, 50],
  [300, 20],
  [100, 10],
  [30, 3],
  [30, 0],
] as const

/** Cuts the longest list first, each down to one item. */
function dropItems(answer: Answer, alreadyDropped: number): Answer {
  let cut = answer
  let dropped = leftOut(answer) + alreadyDropped
  for (const key of bySize(answer).filter((name) => listOf(answer, name).length > 0)) {
    if (fits(cut)) break
    const items = listOf(cut, key)
    const count = countFitting(cut, key)
    cut = { ...cut, [key]: items.slice(0, count) }
    dropped += items.length - count
  }
  return { ...cut, ...(dropped > 0 && { left_out: dropped }) }
}

/** Last resort: drops whole fields, so that any stored data gives a valid answer that says it is incomplete. */
function dropFields(answer: Answer): Answer {
  let cut = answer
  for (const key of bySize(answer)) {
    if (fits(cut)) break
    const { [key]: _, ...rest } = cut
    cut = { ...rest, truncated: true, left_out: leftOut(cut) + 1 }
  }
  return cut
}

function leftOut({ left_out: count }: Answer): number {
  return typeof count === 'number' ? count : 0
}

/** Names of the fields, largest first. */
function bySize(answer: Answer): readonly string[] {
  const sizes = Object.entries(answer).map(([key, value]) => ({ key, size: jsonLength(value) }))
  return sizes.sort((a, b) => b.size - a.size).map(({ key }) => key)
}

/** Lists at the top level are left to `dropItems`, which knows where the room ends. */
function shorten(
  value: unknown,
  characters: number,
  items: number,
  tally: { dropped: number },
  depth = 0,
): unknown {
  if (Array.isArray(value)) {
    const kept = depth === 1 ? value : value.slice(0, items)
    tally.dropped += value.length - kept.length
    return kept.map((item) => shorten(item, characters, items, tally, depth + 1))
  }
  // A string in a list has no field beside it for its length.
  if (typeof value === 'string') return shortened(value, characters)
  if (!isRecord(value)) return value
  const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    if (typeof item !== 'string') {
      return [[key, shorten(item, characters, items, tally, depth + 1)]]
    }
    const piece = pieceOf(item, 0, characters)
    // A cut cursor would be invalid.
    if (piece.nextOffset === undefined || key === 'next_cursor') return [[key, item]]
    return [
      [key, piece.text],
      [`${key}_chars`, piece.chars],
    ]
  })
  return Object.fromEntries(entries)
}

function shortened(text: string, characters: number): string {
  const piece = pieceOf(text, 0, characters)
  return piece.nextOffset === undefined ? text : `${piece.text}… (of ${piece.chars} characters)`
}

function jsonLength(value: unknown): number {
  return countCharacters(JSON.stringify(value) ?? '')
}

function escapedLength(character: string): number {
  const code = character.charCodeAt(0)
  if (code >= 0x20 && code !== 0x22 && code !== 0x5c && !(code >= 0xd800 && code <= 0xdfff))
    return 1
  return countCharacters(JSON.stringify(character)) - 2
}
