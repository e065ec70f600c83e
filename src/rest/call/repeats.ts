import type { RunId } from '../../core/ids.ts'

/** The runs of recent requests, by digest: a request that its client sends again joins its run. */
export interface Repeats {
  remember(key: string, runId: RunId): void
  find(key: string): RunId | undefined
}

/** Chosen by hand. */
const MAX_REMEMBERED = 1_000

export function createRepeats(runs: Map<string, RunId>): Repeats {
  return {
    remember(key, runId) {
      runs.delete(key)
      runs.set(key, runId)
      const oldest = runs.size > MAX_REMEMBERED ? runs.keys().next().value : undefined
      if (oldest !== undefined) runs.delete(oldest)
    },
    find: (key) => runs.get(key),
  }
}
