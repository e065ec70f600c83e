import { STOP_WORDS } from '../search/stop-words.ts'
import { indexWords } from '../search/words.ts'

/*
 * How much two texts say the same of the same thing, judged by their words: 1 for the same words, about 0.8 for nearly
 * the same, 0.5 for two that may contradict each other, as "The meeting is on Monday" and "The meeting is on Tuesday" do.
 * All numbers here are chosen by hand, on the pairs of `test/memory/similarity.test.ts`.
 */

/** From here on somebody should look at both. */
export const SIMILAR = 0.55

/** Of a document its beginning says what it is about. */
const READ_CHARACTERS = 4_000
/** Short words are mostly articles and the like, in whichever language; stop words are known for English alone. */
const SHORT = /^\p{Script=Latin}{1,3}$/u
const SHORT_WEIGHT = 0.5
/** Of a day, month or number, in whose place the other text has another: that is what contradictions are made of. */
const CHANGED_SHARE = 0.5
/** Two texts that begin with the same thing are likely to be about it: so much of what is missing is forgiven them. */
const SAME_TOPIC_SHARE = 0.2
const OTHER_TOPIC_FACTOR = 0.85

const KINDS: readonly RegExp[] = [
  /^\p{N}+$/u,
  /^(mondai|tuesdai|wednesdai|thursdai|fridai|saturdai|sundai)$/,
  /^(januari|februari|march|april|may|june|juli|august|septemb|octob|novemb|decemb)$/,
]

/** What of a text its likeness is judged by, without repeats, in order. */
export function tellingStems(text: string): readonly string[] {
  const stems = new Set(indexWords(text.slice(0, READ_CHARACTERS)))
  return [...stems].filter((stem) => !STOP_WORDS.has(stem))
}

/** From 0 to 1. Pure; each is what `tellingStems` gives. */
export function similarity(a: readonly string[], b: readonly string[]): number {
  const total = weigh(a) + weigh(b)
  if (total === 0) return 0
  const shared = a.filter((stem) => b.includes(stem))
  const changed = KINDS.reduce((sum, kind) => {
    const only = (one: readonly string[], other: readonly string[]) =>
      one.filter((stem) => kind.test(stem) && !other.includes(stem)).length
    return sum + Math.min(only(a, b), only(b, a))
  }, 0)
  if (weigh(shared) === 0) return 0
  const overlap = (2 * (weigh(shared) + CHANGED_SHARE * changed)) / total
  return a[0] === b[0] ? overlap + SAME_TOPIC_SHARE * (1 - overlap) : overlap * OTHER_TOPIC_FACTOR
}

function weigh(stems: readonly string[]): number {
  return stems.reduce((sum, stem) => sum + (SHORT.test(stem) ? SHORT_WEIGHT : 1), 0)
}
