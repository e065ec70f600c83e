import { coverage, standingOut } from './confidence.ts'
import { type FusedHit, fuseByRank, type RankedList } from './fuse.ts'
import { guessWords } from './guess-words.ts'
import type { Question } from './question.ts'
import { inverseFrequency, type Ranked, rankByWords, type Weighted } from './rank.ts'
import type { VectorList } from './vector-list.ts'
import type { WordIndex } from './word-index.ts'

export interface RankedPage {
  readonly hits: readonly FusedHit[]
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
  readonly hits: readonly FusedHit[]
  /** Nothing comes after them. */
  readonly complete: boolean
}

/** Entries that are judged together with their neighbours; those after them keep the order of the index. Chosen by hand. */
const JUDGED = 60
/** Entries scored to find those that are judged, unless the rarest word stands in more. Chosen by hand. */
const MAX_SCORED = 10_000

/** The best by words that say how much of the question words can answer. Chosen by hand. */
const TELLING = 3
/** Weight of the first by vectors against the first by words, where words find nothing that fits. Chosen by hand. */
const MAX_VECTOR_WEIGHT = 1.5

/**
 * The entries that hold any word of the question or are near it, best first: a page of a list that has every one of
 * them once, in the same order whenever it is asked for.
 */
export async function rankedSearch(
  index: WordIndex,
  question: Question,
  { offset, limit }: { readonly offset: number; readonly limit: number },
  vectors: readonly VectorList[] = [],
  known?: Ranking,
): Promise<RankedPage> {
  const end = offset + limit
  const first = known ?? (await beginRanking(index, question, vectors))
  const ranking = await continueRanking(index, first, end + 1)
  const { hits } = ranking
  return { hits: hits.slice(offset, end), more: hits.length > end, ranking }
}

async function beginRanking(
  index: WordIndex,
  question: Question,
  vectors: readonly VectorList[],
): Promise<Ranking> {
  const terms = await weigh(index, question)
  const size = await index.size()
  const stems = stemsOf(terms)
  const first = await bestOf(index, terms, stems)
  const rows = first.map(({ row }) => row)
  const candidates = rows.length > 0 ? await index.candidates(rows) : []
  const ranked = rankByWords(terms, question.dates, candidates, size)
  const telling = new Set(ranked.slice(0, TELLING).map(({ row }) => row))
  const texts = candidates.filter(({ row }) => telling.has(row)).map(({ text }) => text)
  const covered = vectors.length > 0 ? coverage(askedWords(size, question, terms), texts) : 0
  const nearest = await weighVectors(index, vectors, covered)
  const hits = fuseByRank([
    ...(ranked.length > 0 ? [{ retriever: 'keyword', weight: 1, entries: ranked } as const] : []),
    ...nearest,
  ])
  return { stems, hits, complete: first.length < JUDGED }
}

/** Those that are judged. */
async function bestOf(
  index: WordIndex,
  terms: readonly Weighted[],
  stems: readonly string[],
): Promise<readonly Ranked[]> {
  if (stems.length === 0) return []
  const telling = stemsOf(mostTelling(terms))
  const found = await index.best(telling, JUDGED)
  return found.length < JUDGED && telling.length < stems.length
    ? await index.best(stems, JUDGED)
    : found
}

/** The more words can answer and the less the nearest stand out, the less do vectors count. */
async function weighVectors(
  index: WordIndex,
  lists: readonly VectorList[],
  covered: number,
): Promise<readonly RankedList[]> {
  const weighed = lists.map((list) => ({ list, counts: weightOf(list, covered) }))
  const counting = weighed.filter(({ counts }) => counts > 0)
  const rows = counting.flatMap(({ list }) => list.entries.map(({ row }) => row))
  if (rows.length === 0) return []
  const passing = await index.passing([...new Set(rows)])
  return counting.flatMap(({ list, counts }) => {
    const there = list.entries.filter(({ row }) => passing.has(row))
    return there.length === 0 ? [] : [{ retriever: 'vector', weight: counts, entries: there }]
  })
}

function weightOf({ weight, size, entries }: VectorList, covered: number): number {
  const sure = standingOut(
    entries.map(({ score }) => score),
    size,
  )
  // Where words find nothing at all, the nearest are all there is, however far away they are.
  return covered > 0 ? weight * sure * (MAX_VECTOR_WEIGHT - covered) : 1
}

/** Also those words of the question that stand nowhere: no entry can answer for them. */
function askedWords(size: number, question: Question, terms: readonly Weighted[]) {
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
    if (scored > 0 && scored + frequency > MAX_SCORED) return false
    scored += frequency
    return true
  })
}

function stemsOf(terms: readonly Weighted[]): readonly string[] {
  return terms.flatMap(({ spellings }) => spellings.map(({ stem }) => stem))
}

/** Until there are `most`, or no more. */
async function continueRanking(index: WordIndex, ranking: Ranking, most: number): Promise<Ranking> {
  const { stems, hits, complete } = ranking
  if (complete || most <= hits.length) return ranking
  const all = [...hits, ...(await tail(index, stems, hits, most))]
  return { stems, hits: all, complete: all.length < most }
}

/** What comes after those that are known, until there are `most` in all. */
async function tail(
  index: WordIndex,
  stems: readonly string[],
  judged: readonly FusedHit[],
  most: number,
): Promise<readonly FusedHit[]> {
  const known = new Set(judged.map(({ row }) => row))
  const all = await index.best(stems, most)
  const rest = all.filter(({ row }) => !known.has(row))
  const [best] = rest
  const last = judged.at(-1)
  // The scores are made to go on from the last of those that were judged, as they are on another scale.
  const scale = best && last && best.score > 0 ? Math.min(1, last.score / best.score) : 1
  return rest
    .slice(0, Math.max(0, most - judged.length))
    .map(({ row, score }) => ({ row, score: score * scale, foundBy: 'keyword' }))
}

async function weigh(index: WordIndex, { stems }: Question): Promise<readonly Weighted[]> {
  if (stems.length === 0) return []
  const frequencies = await index.frequencies(stems.map((stem) => [stem]))
  const asked = stems.map((stem, place) => ({ stem, frequency: frequencies[place] ?? 0 }))
  const unknown = asked.filter(({ frequency }) => frequency === 0).map(({ stem }) => stem)
  const guesses = await guessWords(index, unknown)
  const guessed = [...guesses.values()]
  const groups = guessed.map((spellings) => spellings.map(({ stem }) => stem))
  const counted = groups.length > 0 ? await index.frequencies(groups) : []
  return asked.flatMap(({ stem, frequency }) => {
    if (frequency > 0) return [{ spellings: [{ stem, weight: 1 }], frequency }]
    const spellings = guesses.get(stem)
    if (!spellings) return []
    return [{ spellings, frequency: counted[guessed.indexOf(spellings)] ?? 0 }]
  })
}
