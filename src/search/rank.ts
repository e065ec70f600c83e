import type { Timestamp } from '../core/clock.ts'
import type { FoundWord, Why } from '../core/found.ts'
import { dateFit, type Span } from './day-range.ts'
import { createProfiler, type Profile } from './profile.ts'

/*
 * BM25 (Robertson and Zaragoza 2009) over a text together with its neighbours, with small boosts for group, date and
 * speaker. The weights come from bench/retrieval: LoCoMo's development half, BEAM, Cranfield and CISI. Pure.
 */

/** BM25 `k1`: term frequency saturation. The paper's usual value. */
const BM25_K1 = 1.2
/**
 * BM25 `b` (length normalization) and the weight of words in the nearest neighbour, for short and for long entries by
 * their average length in words. Chosen on LoCoMo's development half (short) and on six chats of BEAM 100K (long).
 */
const SHORT = { words: 40, b: 0.5, neighbour: 0.5 }
const LONG = { words: 160, b: 0.9, neighbour: 0.1 }
/** The neighbour after the nearest weighs half as much. */
const DISTANCES = [1, 0.5]
/**
 * As shares of the best score: boost of the document or conversation with the most hits, and boost of a matching date.
 */
const GROUP_SHARE = 0.25
const GROUP_TOP = 3
const DATE_SHARE = 0.6
/**
 * Boost of the latest of several entries that hold the same words, as a share of its own score, and the share of the
 * question that they must hold. Chosen on LoCoMo's development half, where they cost nothing.
 */
const LATER_SHARE = 0.2
const LATER_COVERAGE = 0.7
/** Boost of entries whose speaker the question names. */
const SPEAKER_BOOST = 0.35

/** Neighbours on each side that are read as context. */
export const NEIGHBOURS = DISTANCES.length

/** A word of the question with its possible spellings. */
export interface Weighted {
  readonly spellings: readonly Spelling[]
  /** Entries in scope that contain any of the spellings. */
  readonly frequency: number
}

export interface Spelling {
  readonly stem: string
  /** 1 for the word as asked, less for a guess. */
  readonly weight: number
}

/** An entry to be ranked. */
export interface Candidate {
  readonly row: number
  readonly text: string
  /** Texts before and after it in the same document or conversation, nearest first. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** The document or conversation; null: none. */
  readonly group: string | null
  readonly at: Timestamp
  /** Factor on its keyword score, relative to other kinds of entries. */
  readonly weight: number
}

export interface Ranked {
  readonly row: number
  readonly score: number
  /** Present if it was ranked by words for a caller that asks why. Made for the few entries that are shown. */
  readonly why?: () => Why
}

/**
 * Ranks the candidates that contain any word of the question or are of its dates, best first; of equal scores the newer
 * comes first. Pure.
 */
export function rankByWords(
  terms: readonly Weighted[],
  dates: readonly Span[],
  candidates: readonly Candidate[],
  /** Entries in scope. */
  size: number,
  /** The material of explanations is many times as large as the ranking, which is kept for its next page. */
  explained = false,
): readonly Ranked[] {
  const profiler = createProfiler(terms)
  const found = candidates
    .map((candidate) => ({
      candidate,
      own: profiler(candidate.text),
      fit: dateFit(dates, candidate.at),
    }))
    .filter(({ own, fit }) => fit > 0 || own.counts.some((count) => count > 0))
  if (found.length === 0) return []
  const averageLength =
    found.reduce((sum, { own }) => sum + own.length, 0) / found.length || Number.EPSILON
  const { b, neighbour } = byLength(averageLength)
  const rarity = terms.map(({ frequency }) => inverseFrequency(size, frequency))
  const names = terms.map(({ spellings }) => spellings.map(({ stem }) => stem).join(' / '))
  const scored = found.map(({ candidate, own, fit }) => {
    const context = withNeighbours(own, candidate, profiler, averageLength, neighbour)
    const length = 1 - b + (b * context.length) / averageLength
    const factor = candidate.weight * (own.namesSpeaker ? 1 + SPEAKER_BOOST : 1)
    const weigh = { length, factor }
    const score = context.counts.reduce(
      (sum, count, index) => sum + termScore(rarity[index], count, weigh),
      0,
    )
    return { candidate, own, fit, score, context, weigh }
  })
  const best = Math.max(...scored.map(({ score }) => score)) || 1
  const share = groupShares(scored)
  const lateness = latenessIn(scored, rarity)
  return scored
    .map((one) => {
      const {
        candidate,
        own: { namesSpeaker },
        fit,
        score,
      } = one
      const sourceBoost = best * GROUP_SHARE * (share.get(candidate.group) ?? 0)
      const dateBoost = best * DATE_SHARE * fit
      const laterBoost = score * LATER_SHARE * (lateness.get(one) ?? 0)
      return {
        row: candidate.row,
        score: score + sourceBoost + dateBoost + laterBoost,
        ...(explained && {
          why: explain(names, rarity, one, {
            ...{ wordsScore: score, sourceBoost, dateBoost, laterBoost },
            namesSpeaker,
          }),
        }),
      }
    })
    .sort((a, b) => b.score - a.score || b.row - a.row)
}

/**
 * From 0 to 1, the later the greater, among entries that hold the same words of the question, and nearly all of it: what
 * was said later corrects what was said before. Others have none.
 */
function latenessIn<Scored extends { readonly candidate: Candidate; readonly own: Profile }>(
  scored: readonly Scored[],
  rarity: readonly number[],
): ReadonlyMap<Scored, number> {
  const enough = LATER_COVERAGE * rarity.reduce((total, value) => total + value, 0)
  const alike = new Map<string, Scored[]>()
  for (const one of scored) {
    const held = one.own.counts.map((count) => count > 0)
    const covered = rarity.reduce((total, value, term) => (held[term] ? total + value : total), 0)
    if (!held.includes(true) || covered < enough) continue
    const key = held.join()
    alike.set(key, [...(alike.get(key) ?? []), one])
  }
  const lateness = new Map<Scored, number>()
  for (const all of alike.values()) {
    const times = [...new Set(all.map(({ candidate }) => candidate.at))].sort()
    if (times.length < 2) continue
    for (const one of all) lateness.set(one, times.indexOf(one.candidate.at) / (times.length - 1))
  }
  return lateness
}

interface Weigh {
  /** Relative to the average, with `b`. */
  readonly length: number
  readonly factor: number
}

function termScore(rarity: number | undefined, count: number, { length, factor }: Weigh): number {
  return (((rarity ?? 0) * count * (BM25_K1 + 1)) / (count + BM25_K1 * length)) * factor
}

/** Keeps numbers alone, and no text, for rankings that are kept for their next page. */
function explain(
  names: readonly string[],
  rarity: readonly number[],
  {
    own,
    context,
    weigh,
  }: { readonly own: Profile; readonly context: Profile; readonly weigh: Weigh },
  parts: Omit<Why, 'words'>,
): () => Why {
  return () => ({ words: wordsFound(names, rarity, own, context, weigh), ...parts })
}

/** The terms in an entry or near it. */
function wordsFound(
  names: readonly string[],
  rarity: readonly number[],
  own: Profile,
  context: Profile,
  weigh: Weigh,
): readonly FoundWord[] {
  return names.flatMap((word, index) => {
    const times = own.counts[index] ?? 0
    const all = context.counts[index] ?? 0
    if (all === 0) return []
    const score = termScore(rarity[index], all, weigh)
    return [{ word, rarity: rarity[index] ?? 0, times, nearby: all - times, score }]
  })
}

/** Characters read of a neighbour, which is context only. Chosen by hand. */
const NEIGHBOUR_CHARACTERS = 4_000

function withNeighbours(
  own: Profile,
  { before, after }: Candidate,
  profiler: (text: string) => Profile,
  averageLength: number,
  nearest: number,
): Profile {
  const counts = [...own.counts]
  let length = own.length
  let weights = 1
  for (const side of [before, after]) {
    side.slice(0, NEIGHBOURS).forEach((text, distance) => {
      const neighbour = profiler(text.slice(0, NEIGHBOUR_CHARACTERS))
      // A long neighbour contains many words by chance, so it counts less.
      const weight =
        (nearest * (DISTANCES[distance] ?? 0)) / Math.max(1, neighbour.length / averageLength)
      weights += weight
      length += weight * neighbour.length
      neighbour.counts.forEach((count, term) => {
        counts[term] = (counts[term] ?? 0) + weight * count
      })
    })
  }
  return { ...own, counts, length: length / weights }
}

/** The parameters for entries of this average length in words, between those of short and of long ones. */
function byLength(averageLength: number): Pick<typeof SHORT, 'b' | 'neighbour'> {
  const place = (averageLength - SHORT.words) / (LONG.words - SHORT.words)
  const share = Math.min(1, Math.max(0, place))
  const between = (short: number, long: number) => short + share * (long - short)
  return { b: between(SHORT.b, LONG.b), neighbour: between(SHORT.neighbour, LONG.neighbour) }
}

/** Inverse document frequency, never negative: a word that nearly every entry contains still counts a little. */
export function inverseFrequency(size: number, frequency: number): number {
  return Math.log(1 + Math.max(0, size - frequency + 0.5) / (frequency + 0.5))
}

/** Score of each group relative to the best group, 0 to 1. */
function groupShares(
  scored: readonly { readonly candidate: Candidate; readonly score: number }[],
): ReadonlyMap<string | null, number> {
  const scores = new Map<string, number[]>()
  for (const { candidate, score } of scored) {
    if (candidate.group === null) continue
    const others = scores.get(candidate.group)
    if (others) others.push(score)
    else scores.set(candidate.group, [score])
  }
  const sums = [...scores].map(([group, all]) => {
    const top = all.sort((a, b) => b - a).slice(0, GROUP_TOP)
    return [group, top.reduce((sum, score) => sum + score, 0)] as const
  })
  const most = Math.max(...sums.map(([, sum]) => sum), Number.EPSILON)
  return new Map(sums.map(([group, sum]) => [group, sum / most]))
}
