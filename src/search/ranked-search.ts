import type { Why } from '../core/found.ts'
import { coverage, standingOut } from './confidence.ts'
import { type FusedHit, fuseByRank, type RankedList } from './fuse.ts'
import { guessWords } from './guess-words.ts'
import { formsOf } from './irregular-forms.ts'
import type { Question } from './question.ts'
import { inverseFrequency, type Ranked, rankByWords, type Weighted } from './rank.ts'
import type { VectorList } from './vector-list.ts'
import type { WordIndex } from './word-index.ts'

export interface PageHit extends Omit<FusedHit, 'why'> {
  readonly why?: Why
}

export interface PageWanted {
  readonly offset: number
  readonly limit: number
  /** Hits say why they were found. */
  readonly explain?: boolean | undefined
}

export interface RankedPage {
  readonly hits: readonly PageHit[]
  readonly more: boolean
  readonly ranking: Ranking
}

/**
 * The ranked list from which pages are cut, as far as it was computed. Scores depend on the index, so recomputing after
 * an insert can change the order; a caller that keeps the ranking for the next page never returns an entry twice.
 */
export interface Ranking {
  readonly stems: readonly string[]
  readonly hits: readonly FusedHit[]
  /** The list is complete: nothing comes after `hits`. */
  readonly complete: boolean
}

/** Entries reranked together with their neighbours; later ones keep the index's order. Chosen by hand. */
const JUDGED = 60
/** Entries scored to find candidates, unless the rarest word alone matches more. Chosen by hand. */
const MAX_SCORED = 10_000

/** Entries of the days that a question names, judged beside those found by words. Chosen by hand. */
const DATED = 100

/** Top keyword hits whose coverage decides how much keyword search is trusted. Chosen by hand. */
const TELLING = 3
/** Maximum weight of vector rank 1 relative to keyword rank 1, when keywords cover nothing. Chosen by hand. */
const MAX_VECTOR_WEIGHT = 1.5

/**
 * Hybrid search: entries that contain a word of the question or are near it, best first. Pages are cut from one list
 * that contains every entry once, in a stable order.
 */
export async function rankedSearch(
  index: WordIndex,
  question: Question,
  { offset, limit, explain }: PageWanted,
  vectors: readonly VectorList[] = [],
  known?: Ranking,
): Promise<RankedPage> {
  const end = offset + limit
  const first = known ?? (await beginRanking(index, question, vectors, explain))
  const ranking = await continueRanking(index, first, end + 1)
  const { hits } = ranking
  return { hits: hits.slice(offset, end).map(toPageHit), more: hits.length > end, ranking }
}

function toPageHit({ why, ...hit }: FusedHit): PageHit {
  return why ? { ...hit, why: why() } : hit
}

async function beginRanking(
  index: WordIndex,
  question: Question,
  vectors: readonly VectorList[],
  explain: boolean | undefined,
): Promise<Ranking> {
  const terms = await weigh(index, question)
  const size = await index.size()
  const stems = stemsOf(terms)
  const first = await bestOf(index, terms, stems)
  const dated = question.dates.length > 0 ? await index.dated(question.dates, DATED) : []
  const rows = [...new Set([...first.map(({ row }) => row), ...dated])]
  const candidates = rows.length > 0 ? await index.candidates(rows) : []
  const ranked = rankByWords(terms, question.dates, candidates, size, explain)
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

/** The candidates to rerank. */
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

/** Vectors count less the more of the question keywords cover, and the less the nearest entries stand out. */
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
  // If keywords find nothing, the nearest entries are the only answer, however far away.
  return covered > 0 ? weight * sure * (MAX_VECTOR_WEIGHT - covered) : 1
}

/** Includes words that no entry contains: they lower the coverage. */
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
 * The rare terms, which decide in a large archive: an entry without any of them is a candidate only if too few have
 * one. Otherwise a search would score every entry that contains any common word.
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

/** Extends the ranking to `most` hits, or to its end. */
async function continueRanking(index: WordIndex, ranking: Ranking, most: number): Promise<Ranking> {
  const { stems, hits, complete } = ranking
  if (complete || most <= hits.length) return ranking
  const all = [...hits, ...(await tail(index, stems, hits, most))]
  return { stems, hits: all, complete: all.length < most }
}

/** The hits after the known ones, up to `most` in all. */
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
  // Rescaled to continue below the last reranked score: the index scores on another scale.
  const scale = best && last && best.score > 0 ? Math.min(1, last.score / best.score) : 1
  return rest.slice(0, Math.max(0, most - judged.length)).map(({ row, score }, place) => ({
    row,
    score: score * scale,
    foundBy: 'keyword',
    places: { keywordRank: judged.length + place + 1 },
  }))
}

async function weigh(index: WordIndex, { stems }: Question): Promise<readonly Weighted[]> {
  if (stems.length === 0) return []
  const forms = stems.map(formsOf)
  const frequencies = await index.frequencies(forms)
  const asked = stems.map((stem, place) => ({
    stem,
    forms: forms[place] ?? [stem],
    frequency: frequencies[place] ?? 0,
  }))
  const unknown = asked.filter(({ frequency }) => frequency === 0).map(({ stem }) => stem)
  const guesses = await guessWords(index, unknown)
  const guessed = [...guesses.values()]
  const groups = guessed.map((spellings) => spellings.map(({ stem }) => stem))
  const counted = groups.length > 0 ? await index.frequencies(groups) : []
  return asked.flatMap(({ stem, forms, frequency }) => {
    if (frequency > 0)
      return [
        {
          spellings: forms.map((form) => ({ stem: form, weight: 1 })),
          frequency,
        },
      ]
    const spellings = guesses.get(stem)
    if (!spellings) return []
    return [{ spellings, frequency: counted[guessed.indexOf(spellings)] ?? 0 }]
  })
}
