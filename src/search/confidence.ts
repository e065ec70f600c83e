import { indexWords } from './words.ts'

/*
 * Confidence of each retriever in its results, from 0 to 1. Keyword search is confident when a few entries contain most
 * of the question's words; vector search, when the nearest entries stand out from all others. Pure.
 */

export interface AskedWord {
  readonly stems: readonly string[]
  /** Inverse document frequency: rarer words weigh more. */
  readonly rarity: number
}

/** The share of the question, weighted by rarity, that the best-covering text contains: 0 to 1. */
export function coverage(asked: readonly AskedWord[], texts: readonly string[]): number {
  const all = asked.reduce((sum, { rarity }) => sum + rarity, 0)
  if (all === 0) return 0
  const shares = texts.map((text) => {
    const words = new Set(indexWords(text))
    const found = asked.filter(({ stems }) => stems.some((stem) => words.has(stem)))
    return found.reduce((sum, { rarity }) => sum + rarity, 0) / all
  })
  return Math.max(0, ...shares)
}

/**
 * Standard deviations above chance at which the nearest entry begins to mean something, and is certain. Chosen by hand.
 */
const MIN_DEVIATIONS = 1
const MAX_DEVIATIONS = 4
/** With fewer scores their distribution can't be estimated. Chosen by hand. */
const MIN_SCORES = 8

/**
 * How far the nearest entry stands out from chance, from 0 to 1. Cosines with unrelated texts are roughly normal for
 * every model, so the lower half of the list predicts the best score that chance would give among `size` entries.
 * `scores` are cosines, best first.
 */
export function standingOut(scores: readonly number[], size: number): number {
  if (scores.length < MIN_SCORES) return 0.5
  const of = Math.max(size, scores.length)
  const points = scores.map((score, place) => ({ score, expected: quantile(place, of) }))
  const { slope, intercept } = fitLine(points.slice(Math.floor(points.length / 2)))
  const [first] = points
  if (!first || slope <= 0) return 0
  const above = (first.score - intercept) / slope - first.expected
  return Math.min(1, Math.max(0, (above - MIN_DEVIATIONS) / (MAX_DEVIATIONS - MIN_DEVIATIONS)))
}

/** Expected normal quantile of the entry at this place (from 0) among `size` (Blom's formula). */
function quantile(place: number, size: number): number {
  return inverseNormal(1 - (place + 0.625) / (size + 0.25))
}

function fitLine(points: readonly { readonly score: number; readonly expected: number }[]) {
  const count = points.length
  const meanScore = points.reduce((sum, { score }) => sum + score, 0) / count
  const meanExpected = points.reduce((sum, { expected }) => sum + expected, 0) / count
  let covariance = 0
  let variance = 0
  for (const { score, expected } of points) {
    covariance += (score - meanScore) * (expected - meanExpected)
    variance += (expected - meanExpected) ** 2
  }
  const slope = variance > 0 ? covariance / variance : 0
  return { slope, intercept: meanScore - slope * meanExpected }
}

/** Accurate to three digits (Abramowitz and Stegun 1964, 26.2.23). */
function inverseNormal(share: number): number {
  if (share > 0.5) return -inverseNormal(1 - share)
  const t = Math.sqrt(-2 * Math.log(share))
  const above = 2.515517 + t * (0.802853 + t * 0.010328)
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  return above / below - t
}
