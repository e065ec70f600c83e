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
  /** A transaction begins. Call what it returns if it is committed, which others of the connection may come before. */
  begin(): () => void
}

export function createKnownWords(): KnownWords {
  const known = new Set<string>()
  let draft = new Set<string>()
  let clearings = 0
  const keyOf = (scope: string, word: string) => `${scope} ${word}`
  return {
    has: (scope, word) => known.has(keyOf(scope, word)) || draft.has(keyOf(scope, word)),
    learn(words) {
      for (const [scope, word] of words) draft.add(keyOf(scope, word))
    },
    clear() {
      known.clear()
      draft.clear()
      clearings += 1
    },
    begin() {
      const own = new Set<string>()
      draft = own
      const before = clearings
      return () => {
        // A word may have been taken away since.
        if (clearings !== before) return
        if (known.size + own.size > MAX_WORDS) known.clear()
        for (const key of own) if (known.size < MAX_WORDS) known.add(key)
      }
    },
  }
}
