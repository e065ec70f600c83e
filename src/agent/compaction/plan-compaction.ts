import { beginsTurn, type Message } from '../../core/message.ts'

export interface CompactionInput {
  /** In the context, oldest first, each with its tokens. */
  readonly messages: readonly Message[]
  /** Tokens of the rest of the request. */
  readonly fixedTokens: number
  /** Tokens that the whole request should have afterwards. */
  readonly targetTokens: number
}

export interface CompactionPlan {
  readonly evicted: readonly [Message, ...Message[]]
  /** Sequence number of the oldest message that stays in the context. */
  readonly keepFrom: number
}

/**
 * Chooses the messages to evict so that the rest fits the target: as few of the oldest whole turns as possible. The
 * newest turn stays whole if it can. If it alone is too large, its oldest steps go, and a call goes together with its
 * results. Undefined: no message can be evicted.
 */
export function planCompaction({
  messages,
  fixedTokens,
  targetTokens,
}: CompactionInput): CompactionPlan | undefined {
  const turns = starts(messages, beginsTurn)
  const steps = starts(messages, (message) => beginsTurn(message) || message.role === 'assistant')
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

/** For each message, the tokens of it and of all messages after it. */
function suffixSums(messages: readonly Message[]): readonly number[] {
  const sums: number[] = []
  let sum = 0
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    sum += messages[index]?.tokens ?? 0
    sums[index] = sum
  }
  return sums
}

/** Indexes at which the history may be cut, except its very beginning. */
function starts(
  messages: readonly Message[],
  begins: (message: Message) => boolean,
): readonly number[] {
  return messages.flatMap((message, index) => (index > 0 && begins(message) ? [index] : []))
}
