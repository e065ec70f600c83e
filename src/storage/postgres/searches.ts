import type { Searches } from '../ranked-search.ts'

export function createSearches(): Searches {
  return {
    ranked: async () => ({ hits: [], more: false, upTo: 0, vectorsUpTo: 0, problem: null }),
    alike: async () => [],
    indexBytes: async () => 0,
  }
}
