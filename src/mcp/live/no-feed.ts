import type { Feed } from './live.ts'

/** For a client that may not read: it is told of nothing, and asking for it throws what `refuse` throws. */
export function createNoFeed(refuse: () => void): Feed {
  return {
    subscribe: () => ({
      add: async () => refuse(),
      remove: () => undefined,
      end: () => undefined,
    }),
  }
}
