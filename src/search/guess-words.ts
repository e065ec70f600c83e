import type { Spelling } from './rank.ts'
import { compounds, firstUsed, mayBeMisspelt, misspellings, mistakesIn } from './spelling.ts'
import type { WordIndex } from './word-index.ts'

/** Each guess scans the vocabulary. Chosen by hand. */
const MAX_GUESSED = 4

/** Likely spellings of words that no entry contains. Words without a similar one are missing from the result. */
export async function guessWords(
  index: WordIndex,
  stems: readonly string[],
): Promise<ReadonlyMap<string, readonly Spelling[]>> {
  const asked = stems.filter(mayBeMisspelt).slice(0, MAX_GUESSED)
  if (asked.length === 0) return new Map()
  const like = await index.wordsLike(asked.map((stem) => ({ stem, most: mistakesIn(stem) })))
  const guesses = await usedOf(index, asked, (stem, place) => misspellings(stem, like[place] ?? []))
  const others = asked.filter((stem) => !guesses.has(stem))
  if (others.length === 0) return guesses
  const around = await index.wordsWith(others)
  const parts = await usedOf(index, others, (stem, place) => [compounds(stem, around[place] ?? [])])
  return new Map([...guesses, ...parts])
}

async function usedOf(
  index: WordIndex,
  stems: readonly string[],
  spellingsOf: (stem: string, place: number) => readonly (readonly Spelling[])[],
): Promise<ReadonlyMap<string, readonly Spelling[]>> {
  const possible = stems.map((stem, place) => ({ stem, spellings: spellingsOf(stem, place) }))
  const words = possible.flatMap(({ spellings }) => spellings.flat()).map(({ stem }) => stem)
  if (words.length === 0) return new Map()
  const used = await index.used([...new Set(words)])
  return new Map(
    possible.flatMap(({ stem, spellings }) => {
      const found = firstUsed(spellings, used)
      return found.length > 0 ? [[stem, found] as const] : []
    }),
  )
}
