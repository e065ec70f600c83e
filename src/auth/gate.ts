import type { Access, TokenCheck } from '../core/access.ts'
import type { Authenticate } from '../core/authenticate.ts'
import { anybodyAccess, ownerAccess } from '../core/full-access.ts'
import type { TokenStore } from '../storage/port/store.ts'
import { fixedToken } from './fixed-token.ts'
import { MISSING, NOT_TAKEN } from './refusals.ts'

export interface GateOptions {
  /** That of the settings. */
  readonly token: string | null
  /** What is served to whoever brings that token, and to everybody where none is needed. */
  readonly namespace: string
  /** Nobody but this machine can reach the server. */
  readonly isLoopback: boolean
  readonly stored: { readonly any: TokenStore['any']; readonly check: TokenCheck }
  /** Other kinds of tokens; where there are any, nobody comes in without one. */
  readonly more?: readonly TokenCheck[]
}

/** The door of a server over HTTP. */
export interface Gate {
  readonly authenticate: Authenticate
  /** Whether a token is needed now. */
  isClosed(): Promise<boolean>
}

/**
 * Every request is looked at anew, so a token that is revoked, or the first that is made, counts from then on, whichever
 * process did it. A revoked token still counts as one, so that revoking the last opens nothing.
 */
export function createGate({ token, namespace, isLoopback, stored, more = [] }: GateOptions): Gate {
  const own = token === null ? [] : [fixedToken(token, ownerAccess(namespace))]
  const checks: readonly TokenCheck[] = [...own, stored.check, ...more]
  const everybody: Access = anybodyAccess(namespace)
  const mayBeOpen = isLoopback && token === null && more.length === 0
  const isClosed = async () => !mayBeOpen || (await stored.any())
  return {
    isClosed,
    async authenticate(given) {
      if (!(await isClosed())) return everybody
      if (given === undefined) return MISSING
      for (const check of checks) {
        const answer = await check(given)
        if (answer !== undefined) return answer
      }
      return NOT_TAKEN
    },
  }
}
