import { datesIn } from './asked-dates.ts'
import type { DayRange } from './day-range.ts'
import { STOP_WORDS } from './stop-words.ts'
import { questionWords, stem } from './words.ts'

/** A parsed natural-language question. */
export interface Question {
  /** Distinct stems to search for; empty: the question contains no searchable word. */
  readonly stems: readonly string[]
  /** The days that the question names; empty: none. */
  readonly dates: readonly DayRange[]
}

/** More stems make a search slower, not better. Chosen by hand. */
const MAX_STEMS = 64

/** Drops stop words unless the question consists of nothing else. `today` is the day of asking, as `2026-03-31`. */
export function readQuestion(text: string, today: string): Question {
  const words = questionWords(text)
  const telling = words.filter((word) => !STOP_WORDS.has(word))
  const stems = new Set((telling.length > 0 ? telling : words).map(stem))
  return { stems: [...stems].slice(0, MAX_STEMS), dates: datesIn(text, today) }
}
