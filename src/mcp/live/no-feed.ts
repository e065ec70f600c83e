import type { Feed } from './live.ts'

/** Feed for a client without scope `read`: sends nothing, and subscribing throws the error of `refuse`. */
export function createNoFeed(refuse: () => void): Feed {
  return {
    subscribe: () => ({
      add: async () => refuse(),
      remove: () => undefined,
      end: () => undefined,
    }),
  }
}
