import { MAX_GUESSED_LENGTH } from '../../search/spelling.ts'

/* Lookup of words similar to one that no entry contains. */

/** Typos in the first letter are rare. */
export function initialOf(stem: string): string {
  return stem.slice(0, 1)
}

/** The first text that sorts after every text with this prefix. */
export function after(prefix: string): string {
  return `${prefix}\u{10FFFF}`
}

/** Possible parts of a compound: its beginnings and ends. */
export function partsOf(stem: string): readonly string[] {
  if (stem.length > MAX_GUESSED_LENGTH) return []
  const parts: string[] = []
  for (let length = 5; length < stem.length; length += 1)
    parts.push(stem.slice(0, length), stem.slice(-length))
  return parts
}

/** Whether the word is worth keeping for the correction of typos. */
export function isLearned(word: string): boolean {
  return word.length >= 4 && word.length <= MAX_GUESSED_LENGTH && /^\p{L}+$/u.test(word)
}
