import { countCharacters, sliceCharacters } from '../core/text.ts'
import type { AskedWord } from './confidence.ts'
import { indexWords } from './words.ts'

/* The part of a long text that says most of what is asked. Pure. */

/** Ends of sentences and lines, with what stands between them. */
const SENTENCE = /[^.!?。！？\n]*[.!?。！？\n]+\s*|[^.!?。！？\n]+$/gu
/** Longer sentences are cut to so many parts of a whole excerpt. Chosen by hand. */
const PARTS = 4

/**
 * At most `characters` of the text: whole sentences that hold the most words, rare ones first, marked with `…` where
 * others stand before or after. Without any of the words it is the beginning.
 */
export function tellingPart(text: string, words: readonly AskedWord[], characters: number): string {
  if (countCharacters(text) <= characters) return text
  // Room for a mark on both sides.
  const room = characters - 2
  const pieces = cutToPieces(text, Math.max(1, Math.floor(room / PARTS)))
  const held = pieces.map((piece) => holdsOf(piece, words))
  const { from, to } = widened(pieces, held, bestStretch(pieces, held, words, room), room)
  const part = pieces
    .slice(from, to)
    .map((piece) => piece.text)
    .join('')
    .trim()
  return `${from > 0 ? '…' : ''}${part}${to < pieces.length ? '…' : ''}`
}

interface Piece {
  readonly text: string
  readonly length: number
}

function cutToPieces(text: string, most: number): readonly Piece[] {
  const pieces: Piece[] = []
  for (const [sentence] of text.matchAll(SENTENCE)) {
    const length = countCharacters(sentence)
    for (let from = 0; from < length; from += most) {
      const to = Math.min(length, from + most)
      pieces.push({ text: sliceCharacters(sentence, from, to), length: to - from })
    }
  }
  return pieces
}

/** For each word: whether the piece holds it. */
function holdsOf({ text }: Piece, words: readonly AskedWord[]): readonly boolean[] {
  const stems = new Set(indexWords(text))
  return words.map((word) => word.stems.some((stem) => stems.has(stem)))
}

/** The pieces from `from` to before `to`. */
interface Stretch {
  readonly from: number
  readonly to: number
}

/** The stretch no longer than `room` with the greatest rarity of distinct words; of equal ones the first. */
function bestStretch(
  pieces: readonly Piece[],
  held: readonly (readonly boolean[])[],
  words: readonly AskedWord[],
  room: number,
): Stretch {
  const counts = words.map(() => 0)
  const count = (piece: number, change: number) =>
    held[piece]?.forEach((holds, word) => {
      if (holds) counts[word] = (counts[word] ?? 0) + change
    })
  const rarity = () =>
    words.reduce((sum, word, place) => sum + (counts[place] ? word.rarity : 0), 0)
  let best = { from: 0, to: 0, rarity: -1 }
  let from = 0
  let length = 0
  for (const [place, piece] of pieces.entries()) {
    length += piece.length
    count(place, 1)
    while (length > room) {
      length -= pieces[from]?.length ?? 0
      count(from, -1)
      from += 1
    }
    const here = rarity()
    if (here > best.rarity) best = { from, to: place + 1, rarity: here }
  }
  return best
}

/** Without what holds no word at its ends, and then with what stands around it, as far as there is room. */
function widened(
  pieces: readonly Piece[],
  held: readonly (readonly boolean[])[],
  { from: first, to: last }: Stretch,
  room: number,
): Stretch {
  const tells = (place: number) => held[place]?.some((holds) => holds) ?? false
  let from = first
  let to = last
  while (from < to - 1 && !tells(from)) from += 1
  while (to - 1 > from && !tells(to - 1)) to -= 1
  let left = room - pieces.slice(from, to).reduce((sum, { length }) => sum + length, 0)
  for (let grows = true; grows; ) {
    grows = false
    const before = pieces[from - 1]
    if (before && before.length <= left) {
      left -= before.length
      from -= 1
      grows = true
    }
    const after = pieces[to]
    if (after && after.length <= left) {
      left -= after.length
      to += 1
      grows = true
    }
  }
  return { from, to }
}
