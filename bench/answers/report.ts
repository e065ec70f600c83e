import { table } from '../shared/table.ts'
import type { Answered } from './answer-all.ts'
import type { Spent } from './chat.ts'

/** Shares of correct answers, by category and in all. */
export function describeAnswers(answered: readonly Answered[]): string {
  const categories = [...new Set(answered.map(({ category }) => category))].sort()
  const rows = [...categories, undefined].map((category) => {
    const some = answered.filter((one) => category === undefined || one.category === category)
    const share = (isCorrect: (one: Answered) => boolean) =>
      ((100 * some.filter(isCorrect).length) / (some.length || 1)).toFixed(1)
    return [
      category ?? 'all',
      String(some.length),
      share(({ withMemory }) => withMemory.isCorrect),
      share(({ withoutMemory }) => withoutMemory.isCorrect),
    ]
  })
  return table([['correct, in percent', 'n', 'with memory', 'without'], ...rows])
}

export interface Prices {
  /** Dollars for a million tokens. */
  readonly input: number
  readonly output: number
}

export function describeSpent(
  spent: ReadonlyMap<string, Spent>,
  prices: Prices | undefined,
): string {
  const rows = [...spent].map(([model, { calls, input, output }]) => {
    const dollars = prices && (input * prices.input + output * prices.output) / 1_000_000
    return [
      model,
      String(calls),
      String(input),
      String(output),
      dollars === undefined ? 'not known' : `$${dollars.toFixed(4)}`,
    ]
  })
  return table([['model', 'calls', 'input tokens', 'output tokens', 'cost'], ...rows])
}
