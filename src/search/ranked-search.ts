import { coverage, standingOut } from './confidence.ts'
import { type Found, fuseByRank, type RankedList } from './fuse.ts'
import type { Question } from './question.ts'
import {
  type Candidate,
  inverseFrequency,
  type Ranked,
  rankByWords,
  type Spelling,
  type Weighted,
} from './rank.ts'
import { compounds, mayBeMisspelt, misspellings, mistakesIn } from './spelling.ts'
import type { VectorList } from './vector-list.ts'

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
  /** Those of the rows that are in scope and pass the filters. */
  passing(rows: readonly number[]): ReadonlySet<number>
  /** These entries with their neighbours, and those of the neighbours that pass the filters as entries of their own. */
  candidates(rows: readonly number[]): readonly Candidate[]
}

export interface RankedPage {
  readonly hits: readonly Found[]
  readonly more: boolean
  readonly ranking: Ranking
}

/**
 * The list that pages are cut from, as far as it was needed. Weights follow what the index holds, so a list that is
 * made anew after somebody inserted something has another order; who keeps this one for the next page gives nothing
 * twice.
 */
export interface Ranking {
  readonly stems: readonly string[]
  readonly hits: readonly Found[]
  /** Nothing comes after them. */
  readonly complete: boolean
}

/** So many are judged with what stands around them; those after them keep the order of the index. */
const JUDGED = 60
/** Entries that are scored to find those that are judged, unless the rarest word stands in more. */
const MOST_SCORED = 10_000
/** Each guess looks through the vocabulary. */
const MOST_GUESSED = 4

/** Of the best by words, so many say how much of the question words can answer. */
const TELLING = 3
/** What the first by vectors counts against the first by words, where words find nothing that fits. */
const MOST_WEIGHT = 1.5

/**
 * The entries that hold any word of the question or are near it, best first: a page of a list that has every one of
 * them once, in the same order whenever it is asked for.
 */
export function rankedSearch(
  index: WordIndex,
  question: Question,
  { offset, limit }: { readonly offset: number; readonly limit: number },
  vectors: readonly VectorList[] = [],
  known?: Ranking,
): RankedPage {
  const end = offset + limit
  const ranking = continueRanking(index, known ?? beginRanking(index, question, vectors), end + 1)
  const { hits } = ranking
  return { hits: hits.slice(offset, end), more: hits.length > end, ranking }
}

function beginRanking(
  index: WordIndex,
  question: Question,
  vectors: readonly VectorList[],
): Ranking {
  const terms = weigh(index, question)
  const stems = stemsOf(terms)
  const first = bestOf(index, terms, stems)
  const candidates = index.candidates(first.map(({ row }) => row))
  const ranked = rankByWords(terms, question.dates, candidates, index.size())
  const telling = new Set(ranked.slice(0, TELLING).map(({ row }) => row))
  const texts = candidates.filter(({ row }) => telling.has(row)).map(({ text }) => text)
  const covered = vectors.length > 0 ? coverage(askedWords(index, question, terms), texts) : 0
  const nearest = vectors.flatMap((list) => weighVectors(index, list, covered))
  const hits = fuseByRank([
    ...(ranked.length > 0 ? [{ leg: 'keyword', weight: 1, entries: ranked } as const] : []),
    ...nearest,
  ])
  return { stems, hits, complete: first.length < JUDGED }
}

/** Those that are judged. */
function bestOf(
  index: WordIndex,
  terms: readonly Weighted[],
  stems: readonly string[],
): readonly Ranked[] {
  if (stems.length === 0) return []
  const telling = stemsOf(mostTelling(terms))
  const found = index.best(telling, JUDGED)
  return found.length < JUDGED && telling.length < stems.length ? index.best(stems, JUDGED) : found
}

/** The more words can answer and the less the nearest stand out, the less do vectors count. */
function weighVectors(
  index: WordIndex,
  { weight, size, entries }: VectorList,
  covered: number,
): readonly RankedList[] {
  const sure = standingOut(
    entries.map(({ score }) => score),
    size,
  )
  // Where words find nothing at all, the nearest are all there is, however far away they are.
  const counts = covered > 0 ? weight * sure * (MOST_WEIGHT - covered) : 1
  if (counts === 0) return []
  const passing = index.passing(entries.map(({ row }) => row))
  const there = entries.filter(({ row }) => passing.has(row))
  return there.length === 0 ? [] : [{ leg: 'vector', weight: counts, entries: there }]
}

/** Also those words of the question that stand nowhere: no entry can answer for them. */
function askedWords(index: WordIndex, question: Question, terms: readonly Weighted[]) {
  const size = index.size()
  const found = terms.map(({ spellings, frequency }) => ({
    stems: spellings.map(({ stem }) => stem),
    rarity: inverseFrequency(size, frequency),
  }))
  const missing = question.stems.length - terms.length
  const rarity = inverseFrequency(size, 0)
  return [...found, ...Array.from({ length: missing }, () => ({ stems: [], rarity }))]
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

/** Until there are `most`, or no more. */
function continueRanking(index: WordIndex, ranking: Ranking, most: number): Ranking {
  const { stems, hits, complete } = ranking
  if (complete || most <= hits.length) return ranking
  const all = [...hits, ...tail(index, stems, hits, most)]
  return { stems, hits: all, complete: all.length < most }
}

/** What comes after those that are known, until there are `most` in all. */
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

function weigh(index: WordIndex, { stems }: Question): readonly Weighted[] {
  let guessed = 0
  return stems.flatMap((stem) => {
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
