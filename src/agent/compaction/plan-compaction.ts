import type { Message } from '../../core/message.ts'

export interface CompactionInput {
  /** In sight, oldest first, with the tokens that each takes of the request. */
  readonly messages: readonly Message[]
  /** Of everything else in the request. */
  readonly fixedTokens: number
  /** Of the whole request, afterwards. */
  readonly targetTokens: number
}

export interface CompactionPlan {
  readonly evicted: readonly [Message, ...Message[]]
  /** Number of the oldest message that stays in sight. */
  readonly keepFrom: number
}

/**
 * What goes so that the rest fits into the target: the oldest whole turns, as few as possible. The newest turn stays
 * whole if it can; if it alone is too large, its oldest steps go, a call never without its results. Undefined: there is
 * nothing that may go.
 */
export function planCompaction({
  messages,
  fixedTokens,
  targetTokens,
}: CompactionInput): CompactionPlan | undefined {
  const turns = starts(messages, (message) => message.role === 'user')
  const steps = starts(
    messages,
    (message) => message.role === 'user' || message.role === 'assistant',
  )
  const tokensFrom = suffixSums(messages)
  const fits = (start: number) => fixedTokens + (tokensFrom[start] ?? 0) <= targetTokens
  const newestTurn = turns.at(-1)
  const start =
    turns.find(fits) ??
    steps.filter((step) => newestTurn === undefined || step > newestTurn).find(fits) ??
    steps.at(-1) ??
    newestTurn
  const kept = start === undefined ? undefined : messages[start]
  const [first, ...rest] = messages.slice(0, start ?? 0)
  return kept && first ? { evicted: [first, ...rest], keepFrom: kept.seq } : undefined
}

/** For each message, the tokens of it and of all after it. */
function suffixSums(messages: readonly Message[]): readonly number[] {
  const sums: number[] = []
  let sum = 0
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    sum += messages[index]?.tokens ?? 0
    sums[index] = sum
  }
  return sums
}

/** Where a cut may be made, the very beginning left out. */
function starts(
  messages: readonly Message[],
  begins: (message: Message) => boolean,
): readonly number[] {
  return messages.flatMap((message, index) => (index > 0 && begins(message) ? [index] : []))
}
