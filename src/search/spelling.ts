import { editDistance } from '../core/edit-distance.ts'
import type { Spelling } from './rank.ts'

/*
 * What may be meant by a word that nobody wrote: a word that is written nearly like it, or one that contains it or is
 * contained in it, as the parts of German compounds are.
 */

/* These are chosen by hand. */
const MAX_SPELLINGS = 4
const MAX_TRIED = 100
/** From this length on a word may have two mistakes. */
const MIN_LONG = 8
const MISSPELT_WEIGHT = 0.8
const PART_WEIGHT = 0.5
/** Shorter ones are like too many others. */
const MIN_MISSPELT = 4
/** German compounds are shorter, and a longer one is a key, a sequence or a blob. */
export const MAX_GUESSED_LENGTH = 40
const MIN_PART = 5

/** Worth looking for others at all. */
export function mayBeMisspelt(stem: string): boolean {
  return stem.length >= MIN_MISSPELT && stem.length <= MAX_GUESSED_LENGTH && /^\p{L}+$/u.test(stem)
}

/** How many mistakes leave a word recognizable. */
export function mistakesIn(stem: string): number {
  return stem.length >= MIN_LONG ? 2 : 1
}

/** Those of the `known` words that are written nearly like it: the nearest, then those a little further away. */
export function misspellings(
  stem: string,
  known: readonly string[],
): readonly (readonly Spelling[])[] {
  const most = mistakesIn(stem)
  const near: string[][] = Array.from({ length: most + 1 }, () => [])
  for (const word of known) near[editDistance(stem, word, most)]?.push(word)
  return near.map((words) => spellings(words.toSorted(), MISSPELT_WEIGHT))
}

/** Those of the `known` words that it is a part of, or that are parts of it, the nearest first. */
export function compounds(stem: string, known: readonly string[]): readonly Spelling[] {
  const byLikeness = known
    .filter((word) => isPart(word, stem) || isPart(stem, word))
    .sort(
      (a, b) =>
        Math.abs(a.length - stem.length) - Math.abs(b.length - stem.length) || (a < b ? -1 : 1),
    )
  return spellings(byLikeness, PART_WEIGHT)
}

/** Some of the first list of which any are used. */
export function firstUsed(
  lists: readonly (readonly Spelling[])[],
  used: ReadonlySet<string>,
): readonly Spelling[] {
  for (const list of lists) {
    const found = list.filter(({ stem }) => used.has(stem))
    if (found.length > 0) return found.slice(0, MAX_SPELLINGS)
  }
  return []
}

function spellings(words: readonly string[], weight: number): readonly Spelling[] {
  return words.slice(0, MAX_TRIED).map((stem) => ({ stem, weight }))
}

function isPart(part: string, whole: string): boolean {
  return part.length >= MIN_PART && part.length < whole.length && whole.includes(part)
}
