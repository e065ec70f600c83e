import type { GuardedFetch, GuardedFetchOptions } from './guarded-fetch.ts'

/** As `createGuardedFetch`; loads the code with the first fetch, since most servers never make one. */
export function openFetch(options: GuardedFetchOptions): GuardedFetch {
  return async (url, limits) => {
    const { createGuardedFetch } = await import('./guarded-fetch.ts')
    return createGuardedFetch(options)(url, limits)
  }
}
