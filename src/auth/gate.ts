import type { Access, TokenCheck } from '../core/access.ts'
import type { Authenticate } from '../core/authenticate.ts'
import { anybodyAccess, ownerAccess } from '../core/full-access.ts'
import type { TokenStore } from '../storage/port/store.ts'
import { fixedToken } from './fixed-token.ts'
import { MISSING, NOT_TAKEN } from './refusals.ts'

export interface GateOptions {
  /** RECOLLECT_TOKEN. */
  readonly token: string | null
  /** Namespace for RECOLLECT_TOKEN, and for callers without a token where none is needed. */
  readonly namespace: string
  /** The server listens on loopback only. */
  readonly isLoopback: boolean
  readonly stored: { readonly any: TokenStore['any']; readonly check: TokenCheck }
  /** Further token checks. If there are any, every request needs a token. */
  readonly more?: readonly TokenCheck[]
}

/** Authentication of the HTTP server. */
export interface Gate {
  readonly authenticate: Authenticate
  /** Whether a token is required now. */
  isClosed(): Promise<boolean>
}

/**
 * Every request is checked against the database, so a new or revoked token takes effect at once, in every process.
 * Revoked tokens still count as existing: revoking the last one must not open the server.
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
