import { type AskedDates, datesIn } from './asked-dates.ts'
import { STOP_WORDS } from './stop-words.ts'
import { questionWords, stem } from './words.ts'

/** A question in plain language, as search understands it. */
export interface Question {
  /** What to look for; none: there is nothing to look for in it. */
  readonly terms: readonly Term[]
  readonly dates: AskedDates
}

export interface Term {
  /** As asked, folded. */
  readonly word: string
  readonly stem: string
}

/** More make a search slow, not better. */
const MOST_TERMS = 64

/** Stop words are left out unless nothing else is there. */
export function readQuestion(text: string): Question {
  const words = questionWords(text)
  const telling = words.filter((word) => !STOP_WORDS.has(word))
  const terms = new Map<string, Term>()
  for (const word of telling.length > 0 ? telling : words) {
    const term = { word, stem: stem(word) }
    if (!terms.has(term.stem)) terms.set(term.stem, term)
  }
  return { terms: [...terms.values()].slice(0, MOST_TERMS), dates: datesIn(words) }
}
