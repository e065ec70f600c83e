/** How a search found an entry: by keyword, by vector, or by both. */
export const FOUND_BY = ['keyword', 'vector', 'both'] as const
export type FoundBy = (typeof FOUND_BY)[number]

/** Why a search found an entry, and what its place is made of. Only what was ranked with its neighbours has it. */
export interface Why {
  /** Words of the question, in its order, that the entry or its neighbours contain. */
  readonly words: readonly FoundWord[]
  /** Share of the keyword score that the words make. */
  readonly wordsScore: number
  /** Added because its document or conversation has many hits. */
  readonly sourceBoost: number
  /** Added because it is of a date that the question names. */
  readonly dateBoost: number
  /** Added because it is later than others that hold the same words. */
  readonly laterBoost: number
  /** The question names its speaker, which raises `wordsScore`. */
  readonly namesSpeaker: boolean
}

export interface FoundWord {
  /** Stem as searched, with the spellings that were tried for a word that nothing contains. */
  readonly word: string
  /** How rare it is: inverse document frequency. */
  readonly rarity: number
  /** Occurrences here; less than 1 for a guessed spelling. */
  readonly times: number
  /** Occurrences in neighbours, weighted by their distance. */
  readonly nearby: number
  /** Its part of the score. */
  readonly score: number
}

/** The places of an entry in the lists that were merged, from 1. */
export interface Places {
  readonly keywordRank?: number
  readonly vectorRank?: number
  /** Cosine. */
  readonly similarity?: number
}

/** A result with its neighbours in one text. */
export interface Excerpt {
  readonly text: string
  /** Ids of other results whose text is in it. They are not listed again. */
  readonly joined: readonly string[]
  /** The result's own text is longer than an excerpt may be. */
  readonly isCut: boolean
}
