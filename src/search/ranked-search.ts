import { type Found, fuseByRank } from './fuse.ts'
import type { Question } from './question.ts'
import { type Candidate, type Ranked, rankByWords, type Spelling, type Weighted } from './rank.ts'
import { compounds, mayBeMisspelt, misspellings, mistakesIn } from './spelling.ts'

/** What a database offers for one search: the entries of its scope that pass its filters. */
export interface WordIndex {
  /** Entries in scope; filters don't count here and in `frequency`. */
  size(): number
  /** Entries in scope that hold any of the stems. */
  frequency(stems: readonly string[]): number
  /** Stems in scope, or that once were, of nearly this length: at most `most` letters more or less. */
  wordsLike(stem: string, most: number): readonly string[]
  /** Stems in scope, or that once were, that contain this one or begin or end it. */
  wordsWith(stem: string): readonly string[]
  /** Entries with any of the stems, best first by BM25, the newer of equals first. */
  best(stems: readonly string[], limit: number): readonly Ranked[]
  /** These entries with their neighbours, and those of the neighbours that pass the filters as entries of their own. */
  candidates(rows: readonly number[]): readonly Candidate[]
}

export interface RankedPage {
  readonly hits: readonly Found[]
  readonly more: boolean
}

/** So many are judged with what stands around them; those after them keep the order of the index. */
const JUDGED = 60
/** Entries that are scored to find those that are judged, unless the rarest word stands in more. */
const MOST_SCORED = 10_000
/** Each guess looks through the vocabulary. */
const MOST_GUESSED = 4

/**
 * The entries that hold any word of the question, best first: a page of a list that has every one of them once, in the
 * same order whenever it is asked for.
 */
export function rankedSearch(
  index: WordIndex,
  question: Question,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): RankedPage {
  const terms = weigh(index, question)
  const stems = stemsOf(terms)
  if (stems.length === 0) return { hits: [], more: false }
  const telling = stemsOf(mostTelling(terms))
  const found = index.best(telling, JUDGED)
  const first =
    found.length < JUDGED && telling.length < stems.length ? index.best(stems, JUDGED) : found
  const candidates = index.candidates(first.map(({ row }) => row))
  const ranked = rankByWords(terms, question.dates, candidates, index.size())
  const judged = fuseByRank([{ leg: 'keyword', weight: 1, entries: ranked }])
  const end = offset + limit
  const all =
    first.length < JUDGED || end < judged.length
      ? judged
      : [...judged, ...tail(index, stems, judged, end + 1)]
  return { hits: all.slice(offset, end), more: all.length > end }
}

/**
 * The rare terms, which decide in a large archive: what has none of them is not among the first unless too few have one.
 * Without this a search would score every entry that holds any common word.
 */
function mostTelling(terms: readonly Weighted[]): readonly Weighted[] {
  const rarestFirst = terms.toSorted((a, b) => a.frequency - b.frequency)
  let scored = 0
  return rarestFirst.filter(({ frequency }) => {
    if (scored > 0 && scored + frequency > MOST_SCORED) return false
    scored += frequency
    return true
  })
}

function stemsOf(terms: readonly Weighted[]): readonly string[] {
  return terms.flatMap(({ spellings }) => spellings.map(({ stem }) => stem))
}

/** What comes after those that were judged, until there are `most` in all. */
function tail(
  index: WordIndex,
  stems: readonly string[],
  judged: readonly Found[],
  most: number,
): readonly Found[] {
  const known = new Set(judged.map(({ row }) => row))
  const rest = index.best(stems, most).filter(({ row }) => !known.has(row))
  const [best] = rest
  const last = judged.at(-1)
  // The scores are made to go on from the last of those that were judged, as they are on another scale.
  const scale = best && last && best.score > 0 ? Math.min(1, last.score / best.score) : 1
  return rest
    .slice(0, Math.max(0, most - judged.length))
    .map(({ row, score }) => ({ row, score: score * scale, foundBy: 'keyword' }))
}

function weigh(index: WordIndex, { terms }: Question): readonly Weighted[] {
  let guessed = 0
  return terms.flatMap(({ stem }) => {
    const frequency = index.frequency([stem])
    if (frequency > 0) return [{ spellings: [{ stem, weight: 1 }], frequency }]
    if (guessed >= MOST_GUESSED || !mayBeMisspelt(stem)) return []
    guessed += 1
    const spellings = guess(index, stem)
    if (spellings.length === 0) return []
    return [{ spellings, frequency: index.frequency(spellings.map((each) => each.stem)) }]
  })
}

/** What may be meant by a word that nobody wrote. */
function guess(index: WordIndex, stem: string): readonly Spelling[] {
  const used = (word: string) => index.frequency([word]) > 0
  const misspelt = misspellings(stem, index.wordsLike(stem, mistakesIn(stem)), used)
  return misspelt.length > 0 ? misspelt : compounds(stem, index.wordsWith(stem), used)
}
