import { coverage, standingOut } from './confidence.ts'
import { type Found, fuseByRank, type RankedList } from './fuse.ts'
import type { Question } from './question.ts'
import {
  type Candidate,
  inverseFrequency,
  type Ranked,
  rankByWords,
  type Weighted,
} from './rank.ts'
import { mayBeMisspelt, spellingsOf } from './spelling.ts'
import type { VectorList } from './vector-list.ts'

/** What a database offers for one search: the entries of its scope that pass its filters. */
export interface WordIndex {
  /** Entries in scope; filters don't count here and in `frequency`. */
  size(): number
  /** Entries in scope that hold any of the stems. */
  frequency(stems: readonly string[]): number
  /** Stems in any scope that could be near this one; it need not give all. */
  vocabularyNear(stem: string): Iterable<string>
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
}

/** So many are judged with what stands around them; those after them keep the order of the index. */
const JUDGED = 60

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
): RankedPage {
  const terms = weigh(index, question)
  const stems = terms.flatMap(({ spellings }) => spellings.map(({ stem }) => stem))
  const first = stems.length > 0 ? index.best(stems, JUDGED) : []
  const candidates = index.candidates(first.map(({ row }) => row))
  const ranked = rankByWords(terms, question.dates, candidates, index.size())
  const telling = new Set(ranked.slice(0, TELLING).map(({ row }) => row))
  const texts = candidates.filter(({ row }) => telling.has(row)).map(({ text }) => text)
  const covered = vectors.length > 0 ? coverage(askedWords(index, question, terms), texts) : 0
  const nearest = vectors.flatMap((list) => weighVectors(index, list, covered))
  const judged = fuseByRank([
    ...(ranked.length > 0 ? [{ leg: 'keyword', weight: 1, entries: ranked } as const] : []),
    ...nearest,
  ])
  const end = offset + limit
  const all =
    first.length < JUDGED || end < judged.length
      ? judged
      : [...judged, ...tail(index, stems, judged, end + 1)]
  return { hits: all.slice(offset, end), more: all.length > end }
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
  const missing = question.terms.length - terms.length
  const rarity = inverseFrequency(size, 0)
  return [...found, ...Array.from({ length: missing }, () => ({ stems: [], rarity }))]
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
  return terms.flatMap(({ stem }) => {
    const frequency = index.frequency([stem])
    if (frequency > 0) return [{ spellings: [{ stem, weight: 1 }], frequency }]
    if (!mayBeMisspelt(stem)) return []
    const used = (word: string) => index.frequency([word]) > 0
    const spellings = spellingsOf(stem, index.vocabularyNear(stem), used)
    if (spellings.length === 0) return []
    return [{ spellings, frequency: index.frequency(spellings.map((each) => each.stem)) }]
  })
}
