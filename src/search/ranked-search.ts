import { type Found, fuseByRank } from './fuse.ts'
import type { Question } from './question.ts'
import { type Candidate, type Ranked, rankByWords, type Weighted } from './rank.ts'
import { mayBeMisspelt, spellingsOf } from './spelling.ts'

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

/**
 * The entries that hold any word of the question, best first: a page of a list that has every one of them once, in the
 * same order whenever it is asked for.
 */
export function rankedSearch(
  index: WordIndex,
  question: Question,
  { offset, limit }: { readonly offset: number; readonly limit: number },
  known?: Ranking,
): RankedPage {
  const end = offset + limit
  const ranking = continueRanking(index, known ?? beginRanking(index, question), end + 1)
  const { hits } = ranking
  return { hits: hits.slice(offset, end), more: hits.length > end, ranking }
}

function beginRanking(index: WordIndex, question: Question): Ranking {
  const terms = weigh(index, question)
  const stems = terms.flatMap(({ spellings }) => spellings.map(({ stem }) => stem))
  if (stems.length === 0) return { stems, hits: [], complete: true }
  const first = index.best(stems, JUDGED)
  const candidates = index.candidates(first.map(({ row }) => row))
  const ranked = rankByWords(terms, question.dates, candidates, index.size())
  const judged = fuseByRank([{ leg: 'keyword', weight: 1, entries: ranked }])
  return { stems, hits: judged, complete: first.length < JUDGED }
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
