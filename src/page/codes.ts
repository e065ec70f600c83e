import { createHash, randomBytes } from 'node:crypto'

/** From the contract: `recollect open` gives the page this long. */
export const CODE_LIFE_SECONDS = 60
/** Codes that wait at the same time; nobody opens more pages in a minute. Chosen by hand. */
const MAX_WAITING = 100
const RANDOM_BYTES = 32

export interface Codes {
  /** A code that can be traded for this token once, for a minute. Undefined: too many wait. */
  issue(token: string): string | undefined
  /** The token, or undefined if the code is unknown, used or too old. */
  redeem(code: string): string | undefined
}

/**
 * One-use codes, so that no token stands in an address, where a browser's history keeps it. They are kept in memory, by
 * their hashes: looking one up takes no longer for a nearly right guess.
 */
export function createCodes(now = () => performance.now()): Codes {
  const waiting = new Map<string, { readonly token: string; readonly until: number }>()
  const forget = () => {
    for (const [digest, { until }] of waiting) if (until <= now()) waiting.delete(digest)
  }
  return {
    issue(token) {
      forget()
      if (waiting.size >= MAX_WAITING) return undefined
      const code = randomBytes(RANDOM_BYTES).toString('base64url')
      waiting.set(digestOf(code), { token, until: now() + CODE_LIFE_SECONDS * 1_000 })
      return code
    },
    redeem(code) {
      forget()
      const digest = digestOf(code)
      const found = waiting.get(digest)
      waiting.delete(digest)
      return found?.token
    },
  }
}

function digestOf(code: string): string {
  return createHash('sha256').update(code).digest('hex')
}
