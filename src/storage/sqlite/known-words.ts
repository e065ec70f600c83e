/** Chosen by hand; some megabytes. */
const MAX_WORDS = 20_000

/**
 * Words that are certainly in the table of words, so that no statement is made for them: what this connection has found
 * or put there, until it takes any away or another one commits.
 */
export interface KnownWords {
  has(scope: string, word: string): boolean
  /** By the transaction in progress. */
  learn(words: readonly (readonly [scope: string, word: string])[]): void
  clear(): void
  /** A transaction begins; the one before may have been rolled back. */
  begin(): void
  committed(): void
}

export function createKnownWords(): KnownWords {
  const known = new Set<string>()
  const draft = new Set<string>()
  const keyOf = (scope: string, word: string) => `${scope} ${word}`
  return {
    has: (scope, word) => known.has(keyOf(scope, word)) || draft.has(keyOf(scope, word)),
    learn(words) {
      for (const [scope, word] of words) draft.add(keyOf(scope, word))
    },
    clear() {
      known.clear()
      draft.clear()
    },
    begin: () => draft.clear(),
    committed() {
      if (known.size + draft.size > MAX_WORDS) known.clear()
      for (const key of draft) if (known.size < MAX_WORDS) known.add(key)
      draft.clear()
    },
  }
}
