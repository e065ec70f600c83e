import { createWordCounter } from './count-words.ts'
import { indexWords } from './words.ts'

/** The words of a text, as far as a question asks for them. */
export interface Profile {
  /** Occurrences of each term in the text. */
  readonly counts: readonly number[]
  /** In words, scaled as if every entry had neighbours on both sides. */
  readonly length: number
  readonly namesSpeaker: boolean
}

/** Occurrences that the speaker's name before a turn counts as: it is in front of each of their turns. Chosen by hand. */
const NAME_COUNT = 0.6
const SPEAKER = /^\s*(\p{L}[\p{L}\p{M}\p{N}'’. -]{0,40}):\s/u

interface Term {
  readonly spellings: readonly { readonly stem: string; readonly weight: number }[]
}

/** Reads the profile of a text for these terms. */
export function createProfiler(terms: readonly Term[]): (text: string) => Profile {
  const places = new Map<string, readonly { readonly term: number; readonly weight: number }[]>()
  terms.forEach(({ spellings }, term) => {
    for (const { stem, weight } of spellings)
      places.set(stem, [...(places.get(stem) ?? []), { term, weight }])
  })
  const words = createWordCounter(places.keys())
  const known = new Map<string, Profile>()
  const read = (text: string): Profile => {
    const counts = terms.map(() => 0)
    const [label = '', speaker = ''] = SPEAKER.exec(text) ?? []
    const length = words.count(text, label.length, (word) => {
      for (const { term, weight } of places.get(word) ?? [])
        counts[term] = (counts[term] ?? 0) + weight
    })
    const names = indexWords(speaker).flatMap((word) => places.get(word) ?? [])
    for (const { term } of names) counts[term] = (counts[term] ?? 0) + NAME_COUNT
    return { counts, length, namesSpeaker: names.length > 0 }
  }
  // Cached: entries share neighbours.
  return (text) => {
    const profile = known.get(text) ?? read(text)
    known.set(text, profile)
    return profile
  }
}
