import { STOP_WORDS } from '../search/stop-words.ts'
import { indexWords } from '../search/words.ts'

/*
 * How much two texts say the same about the same thing, by their words: 1 for the same words, about 0.8 for nearly the
 * same, 0.5 for a possible contradiction such as "The meeting is on Monday" and "The meeting is on Tuesday". All
 * numbers are chosen by hand, on the pairs of `test/memory/similarity.test.ts`. Pure.
 */

/** From this value on a person should look at both. */
export const SIMILAR = 0.55

/** The beginning of a document shows its topic. */
const READ_CHARACTERS = 4_000
/** Short words are mostly articles and the like, in any language; stop words are known only for English. */
const SHORT = /^\p{Script=Latin}{1,3}$/u
const SHORT_WEIGHT = 0.5
/**
 * Share of a word left when a day, month or number has another value in the other text: contradictions look like this.
 */
const CHANGED_SHARE = 0.5
/** Texts that begin with the same word are likely about the same thing, so this share of missing words is ignored. */
const SAME_TOPIC_SHARE = 0.2
const OTHER_TOPIC_FACTOR = 0.85

const KINDS: readonly RegExp[] = [
  /^\p{N}+$/u,
  /^(mondai|tuesdai|wednesdai|thursdai|fridai|saturdai|sundai)$/,
  /^(januari|februari|march|april|may|june|juli|august|septemb|octob|novemb|decemb)$/,
]

/** The distinct stems that identify a text's content, in order. */
export function tellingStems(text: string): readonly string[] {
  const stems = new Set(indexWords(text.slice(0, READ_CHARACTERS)))
  return [...stems].filter((stem) => !STOP_WORDS.has(stem))
}

/** From 0 to 1. `a` and `b` are results of `tellingStems`. */
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

/** Words that turn a statement around. Chosen by hand. */
const NEGATION =
  /(?:^|\P{L})(?:not|no|never|neither|nor|without|nicht|kein\w*|nie|pas|jamais|nunca|не|нет)(?=\P{L}|$)|n['’]t(?=\P{L}|$)|不|没/iu

/**
 * Whether one of two similar texts may contradict the other rather than repeat it. Each then says something that the
 * other does not, or only one of them says no.
 */
export function mayContradict(a: string, b: string): boolean {
  if (NEGATION.test(a) !== NEGATION.test(b)) return true
  const [stems, others] = [tellingStems(a), tellingStems(b)]
  return (
    stems.some((stem) => !others.includes(stem)) && others.some((stem) => !stems.includes(stem))
  )
}

function weigh(stems: readonly string[]): number {
  return stems.reduce((sum, stem) => sum + (SHORT.test(stem) ? SHORT_WEIGHT : 1), 0)
}
