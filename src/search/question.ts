import type { Timestamp } from '../core/clock.ts'
import { toLocal } from '../core/dates.ts'
import { datesIn } from './asked-dates.ts'
import { type Span, spanOf } from './day-range.ts'
import { STOP_WORDS } from './stop-words.ts'
import { questionWords, stem } from './words.ts'

/** A parsed natural-language question. */
export interface Question {
  /** Distinct stems to search for; empty: the question contains no searchable word. */
  readonly stems: readonly string[]
  /** The days that the question names; empty: none. */
  readonly dates: readonly Span[]
}

/** More stems make a search slower, not better. Chosen by hand. */
const MAX_STEMS = 64

/**
 * Drops stop words unless the question consists of nothing else. `now` is the moment of asking; days are those of the
 * time zone.
 */
export function readQuestion(text: string, now: Timestamp, timezone: string): Question {
  const words = questionWords(text)
  const telling = words.filter((word) => !STOP_WORDS.has(word))
  const stems = new Set((telling.length > 0 ? telling : words).map(stem))
  const dates = datesIn(text, () => toLocal(now, timezone).slice(0, 10))
  return {
    stems: [...stems].slice(0, MAX_STEMS),
    dates: dates.map((range) => spanOf(range, timezone)),
  }
}
