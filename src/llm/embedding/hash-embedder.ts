import { setImmediate } from 'node:timers/promises'
import { cleanText } from '../../core/text.ts'
import { toUnitLength } from '../../core/unit-length.ts'
import type { Embedded, Embedder } from '../embedder.ts'

export const HASH_HANDLE = 'local/hash'

/** Low, since keyword search ranks by words and spellings already, and better. Chosen by hand. */
const WEIGHT = 0.1
/** Chosen by hand. */
const DIMENSION = 1024
const WORD = /[\p{L}\p{N}\p{M}\p{Co}\p{So}]+/gu
/** In characters, like the longest. Chosen by hand. */
const MIN_PIECE = 3
/** Chosen by hand. */
const MAX_PIECE = 5
/** Relative to whole words. Chosen by hand. */
const PIECE_WEIGHT = 0.5
/** Weight of frequent words: enough for a vector if they are the only ones, little beside others. Chosen by hand. */
const COMMON_WEIGHT = 0.1
const COMMON_WORDS: ReadonlySet<string> = new Set(
  `a about all am an and any are as at be been but by can could did do does for from had has have he her him his how i if in
  into is it its just me my no not of on or our she should so some than that the their them then there these they this to
  up was we were what when where which who why will with would you your`.split(/\s+/),
)
const TWO_TO_32 = 2 ** 32

/**
 * A lexical stand-in for an embedding model, to try everything about vectors without a key. Words and pieces of words
 * are hashed to signed components, so texts are near when they share words or parts of words, never by meaning. Keyword
 * search finds more; do not use both. The same text has the same vector everywhere, since only integer arithmetic and
 * square roots are used. A text without words is hashed by its characters, blanks included, so that every text but the
 * empty one has a vector.
 */
export function createHashEmbedder(): Embedder {
  return {
    handle: HASH_HANDLE,
    weight: WEIGHT,
    dimension: () => DIMENSION,
    async embed(texts, _purpose, signal) {
      if (signal.aborted) {
        const message = 'The embedding was cancelled.'
        return { embedded: [], failure: { reason: 'aborted', message, hint: 'Ask again.' } }
      }
      const embedded: Embedded[] = []
      for (const text of texts) {
        embedded.push(embedText(text))
        // Yields, so that other work in this process waits for one text at most.
        await setImmediate()
      }
      return { embedded, failure: null }
    },
  }
}

function embedText(given: string): Embedded {
  const text = cleanText(given)
  if (text === '') return { kind: 'refused', problem: 'The text is empty.' }
  const counts = new Map<string, number>()
  const add = (feature: string, weight: number): void => {
    counts.set(feature, (counts.get(feature) ?? 0) + weight)
  }
  const words = text.normalize('NFKC').toLowerCase().match(WORD) ?? []
  for (const word of words) addWord(word, add)
  if (words.length === 0) addPieces(text, 1, add)

  const components = new Float64Array(DIMENSION)
  for (const [feature, count] of counts) {
    const hash = hashText(feature)
    const index = hash % DIMENSION
    // Repetitions of a word add less and less.
    const weight = Math.sqrt(count)
    components[index] = (components[index] ?? 0) + (hash >= TWO_TO_32 / 2 ? -weight : weight)
  }
  // If the features cancel each other out, the hash of the whole text is used.
  const vector = toUnitLength(components) ?? oneComponent(hashText(text) % DIMENSION)
  return { kind: 'vector', vector }
}

type AddFeature = (feature: string, weight: number) => void

function addWord(word: string, add: AddFeature): void {
  const weight = COMMON_WORDS.has(word) ? COMMON_WEIGHT : 1
  add(`word ${word}`, weight)
  addPieces(`<${word}>`, PIECE_WEIGHT * weight, add)
}

/** Three to five characters in a row; for shorter words, the whole word. */
function addPieces(text: string, weight: number, add: AddFeature): void {
  const characters = [...text]
  for (let length = MIN_PIECE; length <= MAX_PIECE; length += 1) {
    for (let start = 0; start + length <= characters.length; start += 1) {
      add(characters.slice(start, start + length).join(''), weight)
    }
  }
  if (characters.length < MIN_PIECE) add(text, weight)
}

function oneComponent(index: number): Float32Array {
  const vector = new Float32Array(DIMENSION)
  vector[index] = 1
  return vector
}

/** FNV-1a over UTF-16 units, then the finalizer of MurmurHash3, without which the low bits are too similar. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
