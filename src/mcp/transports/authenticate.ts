import { createHash, timingSafeEqual } from 'node:crypto'
import {
  type Access,
  SCOPES,
  type Scope,
  type TokenCheck,
  type TokenRefusal,
} from '../../core/access.ts'
import { NAMESPACE } from '../../core/namespace.ts'

/** What opens `/mcp`; without any of it, it is open to whoever can reach it. */
export interface Keys {
  /** Opens everything. */
  readonly token?: string | undefined
  readonly checkToken?: TokenCheck | undefined
}

const EVERYTHING: ReadonlySet<Scope> = new Set(SCOPES)
const OWNER: Access = { namespace: NAMESPACE, scopes: EVERYTHING, name: 'owner' }

/** Whoever calls a server that has no keys. */
export const ANYBODY: Access = { namespace: NAMESPACE, scopes: EVERYTHING, name: 'anybody' }

/** Throws UserError `busy` when nothing can be said about the token now. */
export async function authenticate(
  authorization: string | undefined,
  { token, checkToken }: Keys,
): Promise<Access | TokenRefusal> {
  if (token === undefined && checkToken === undefined) return ANYBODY
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  if (given === undefined) {
    return {
      reason: 'missing',
      message: 'This server needs the header "Authorization: Bearer <token>".',
    }
  }
  if (token !== undefined && isSame(given, token)) return OWNER
  const unknown: TokenRefusal = { reason: 'invalid', message: 'The token is not valid here.' }
  return (await checkToken?.(given)) ?? unknown
}

/** Hashes have one length, so that nothing about the token shows in the time it takes. */
function isSame(given: string, token: string): boolean {
  return timingSafeEqual(sha256(given), sha256(token))
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
