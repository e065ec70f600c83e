import { editDistance } from '../core/edit-distance.ts'
import type { Spelling } from './rank.ts'

/*
 * Guesses for a word that no entry contains: words within a small edit distance, and words that contain it or are
 * contained in it, as the parts of German compounds are. Pure.
 */

/* Chosen by hand. */
const MAX_SPELLINGS = 4
const MAX_TRIED = 100
/** Words of this length or more may have two typos. */
const MIN_LONG = 8
const MISSPELT_WEIGHT = 0.8
const PART_WEIGHT = 0.5
/** Shorter words are similar to too many others. */
const MIN_MISSPELT = 4
/** German compounds are shorter; anything longer is a key, a sequence or a blob. */
export const MAX_GUESSED_LENGTH = 40
const MIN_PART = 5

/** Whether it makes sense to look for similar spellings. */
export function mayBeMisspelt(stem: string): boolean {
  return stem.length >= MIN_MISSPELT && stem.length <= MAX_GUESSED_LENGTH && /^\p{L}+$/u.test(stem)
}

/** Typos (edit distance) after which a word is still recognisable. */
export function mistakesIn(stem: string): number {
  return stem.length >= MIN_LONG ? 2 : 1
}

/** The `known` words within the allowed edit distance of `stem`, in lists by distance, nearest first. */
export function misspellings(
  stem: string,
  known: readonly string[],
): readonly (readonly Spelling[])[] {
  const most = mistakesIn(stem)
  const near: string[][] = Array.from({ length: most + 1 }, () => [])
  for (const word of known) near[editDistance(stem, word, most)]?.push(word)
  return near.map((words) => spellings(words.toSorted(), MISSPELT_WEIGHT))
}

/** The `known` words that contain `stem` or that it contains, closest in length first. */
export function compounds(stem: string, known: readonly string[]): readonly Spelling[] {
  const byLikeness = known
    .filter((word) => isPart(word, stem) || isPart(stem, word))
    .sort(
      (a, b) =>
        Math.abs(a.length - stem.length) - Math.abs(b.length - stem.length) || (a < b ? -1 : 1),
    )
  return spellings(byLikeness, PART_WEIGHT)
}

/** The used words of the first list that has any. */
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
