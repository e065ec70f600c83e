import { MAX_GUESSED_LENGTH } from '../../search/spelling.ts'

/* How words are found that look like one that nobody wrote. */

/** Few people get the first letter wrong. */
export function initialOf(stem: string): string {
  return stem.slice(0, 1)
}

/** The first text after all that begin with `prefix`. */
export function after(prefix: string): string {
  return `${prefix}\u{10FFFF}`
}

/** What a compound may be made of: its beginnings and ends. */
export function partsOf(stem: string): readonly string[] {
  if (stem.length > MAX_GUESSED_LENGTH) return []
  const parts: string[] = []
  for (let length = 5; length < stem.length; length += 1)
    parts.push(stem.slice(0, length), stem.slice(-length))
  return parts
}

/** What somebody may have meant who wrote it a little differently. */
export function isLearned(word: string): boolean {
  return word.length >= 4 && word.length <= MAX_GUESSED_LENGTH && /^\p{L}+$/u.test(word)
}
