import { indexWords } from './words.ts'

/*
 * How sure each way of searching can be of what it found, from 0 to 1. Words are sure when few entries have most of
 * what the question asks for; vectors are sure when the nearest stand out from all the others.
 */

export interface AskedWord {
  readonly stems: readonly string[]
  /** The rarer a word, the more it says. */
  readonly rarity: number
}

/** The share of what the question asks for that stands in the text which has the most of it. */
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

/** Standard deviations by which the nearest must stand out to mean something, and to be certain. Chosen by hand. */
const MIN_DEVIATIONS = 1
const MAX_DEVIATIONS = 4
/** Fewer scores say nothing about their distribution. Chosen by hand. */
const MIN_SCORES = 8

/**
 * How far the nearest entry stands out from what chance would give. Cosines with something unrelated are distributed
 * about normally, whatever the model, so the lower half of the list tells how far from all the others the first of so
 * many would be by chance.
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

/** Where in a normal distribution the entry of this place, from 0, is to be expected among so many. */
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

/** To three digits (Abramowitz and Stegun 1964, 26.2.23). */
function inverseNormal(share: number): number {
  if (share > 0.5) return -inverseNormal(1 - share)
  const t = Math.sqrt(-2 * Math.log(share))
  const above = 2.515517 + t * (0.802853 + t * 0.010328)
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  return above / below - t
}
