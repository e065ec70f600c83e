import { type AskedDates, datesIn } from './asked-dates.ts'
import { STOP_WORDS } from './stop-words.ts'
import { questionWords, stem } from './words.ts'

/** A question in plain language, as search understands it. */
export interface Question {
  /** What to look for, each once; none: there is nothing to look for in it. */
  readonly stems: readonly string[]
  readonly dates: AskedDates
}

/** More make a search slow, not better. */
const MAX_STEMS = 64

/** Stop words are left out unless nothing else is there. */
export function readQuestion(text: string): Question {
  const words = questionWords(text)
  const telling = words.filter((word) => !STOP_WORDS.has(word))
  const stems = new Set((telling.length > 0 ? telling : words).map(stem))
  return { stems: [...stems].slice(0, MAX_STEMS), dates: datesIn(words) }
}
