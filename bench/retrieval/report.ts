import { table } from '../shared/table.ts'
import type { Asked } from './ask.ts'
import { type Summary, summarize } from './measures.ts'

const MEASURES = ['R@1', 'R@5', 'R@10', 'R@20', 'hit@10', 'MRR', 'nDCG@10']

/** One line for each who searched. Shares in percent; times of one search, and tokens of its answer, at limit 10. */
export function describeSearchers(asked: readonly Asked[]): string {
  const rows = Object.keys(asked[0]?.rankings ?? {}).map((searcher) => {
    const summary = summarizeBy(searcher, asked)
    const { tokens, p50, p95 } = summary
    return [
      searcher,
      ...cells(summary),
      p50.toFixed(2),
      p95.toFixed(2),
      tokens === undefined ? '' : tokens.toFixed(0),
    ]
  })
  return table([['all questions', ...MEASURES, 'p50 ms', 'p95 ms', 'tokens'], ...rows])
}

export function describeCategories(
  searcher: string,
  asked: readonly Asked[],
  groups: Readonly<Record<string, readonly string[]>>,
): string {
  const names = [...new Set(asked.map(({ category }) => category))].sort()
  const all = { ...Object.fromEntries(names.map((name) => [name, [name]])), ...groups }
  const rows = Object.entries(all).flatMap(([name, categories]) => {
    const some = asked.filter(({ category }) => categories.includes(category))
    if (some.length === 0) return []
    return [[name, String(some.length), ...cells(summarizeBy(searcher, some))]]
  })
  return table([[`${searcher}, by category`, 'n', ...MEASURES], ...rows])
}

function summarizeBy(searcher: string, asked: readonly Asked[]): Summary {
  return summarize(asked.flatMap(({ rankings }) => rankings[searcher] ?? []))
}

function cells({ recall, hit, reciprocalRank, ndcg }: Summary): readonly string[] {
  return [recall[1], recall[5], recall[10], recall[20], hit, reciprocalRank, ndcg].map((value) =>
    value.toFixed(1),
  )
}
