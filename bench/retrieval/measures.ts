import { percentile } from '../support.ts'

/** One searcher's result for one question. */
export interface Ranking {
  /** Best first, at most 20. */
  readonly found: readonly string[]
  /** The ids that answer the question. */
  readonly evidence: readonly string[]
  readonly milliseconds: number
  readonly tokens?: number | undefined
}

export interface Summary {
  readonly questions: number
  /** Mean share of the evidence among the first so many, in percent. */
  readonly recall: Readonly<Record<1 | 5 | 10 | 20, number>>
  /** Share of questions with any evidence among the first ten, in percent. */
  readonly hit: number
  readonly reciprocalRank: number
  readonly ndcg: number
  readonly p50: number
  readonly p95: number
  readonly tokens?: number
}

export function summarize(rankings: readonly Ranking[]): Summary {
  const mean = (measure: (ranking: Ranking) => number) =>
    rankings.reduce((sum, ranking) => sum + measure(ranking), 0) / rankings.length
  const times = rankings.map(({ milliseconds }) => milliseconds)
  return {
    questions: rankings.length,
    recall: {
      1: 100 * mean((ranking) => recall(ranking, 1)),
      5: 100 * mean((ranking) => recall(ranking, 5)),
      10: 100 * mean((ranking) => recall(ranking, 10)),
      20: 100 * mean((ranking) => recall(ranking, 20)),
    },
    hit: 100 * mean((ranking) => Number(recall(ranking, 10) > 0)),
    reciprocalRank: 100 * mean(reciprocalRank),
    ndcg: 100 * mean((ranking) => ndcg(ranking, 10)),
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    ...(rankings[0]?.tokens !== undefined && { tokens: mean(({ tokens }) => tokens ?? 0) }),
  }
}

function recall({ found, evidence }: Ranking, depth: number): number {
  const first = new Set(found.slice(0, depth))
  return evidence.filter((id) => first.has(id)).length / evidence.length
}

function reciprocalRank({ found, evidence }: Ranking): number {
  const rank = found.findIndex((id) => evidence.includes(id))
  return rank < 0 ? 0 : 1 / (rank + 1)
}

/** Every piece of evidence is worth the same. */
function ndcg({ found, evidence }: Ranking, depth: number): number {
  const gains = found.slice(0, depth).map((id) => Number(evidence.includes(id)))
  const best = evidence.slice(0, depth).map(() => 1)
  return discounted(gains) / discounted(best)
}

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, index) => sum + gain / Math.log2(index + 2), 0)
}
