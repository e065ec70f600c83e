import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import type { TokenCheck, TokenRefusal } from '../core/access.ts'
import { UserError } from '../core/errors.ts'
import { describeError, type Log } from '../core/log.ts'
import { accessOf } from './claims.ts'
import {
  createIssuerKeys,
  IssuerUnreachable,
  type KeyTimes,
  StillUnreachable,
} from './issuer-keys.ts'
import type { OAuthSettings } from './oauth-settings.ts'

/*
 * Checks an issuer's tokens (RFC 9068). Algorithms with a shared secret are not accepted, so a public key cannot be
 * used as a secret. The address of the keys comes from our settings and the issuer, never from the token.
 */

const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]
/** `typ` may be missing. Tokens for other purposes, such as logout tokens, have another `typ`. */
const TYPES = ['jwt', 'at+jwt']
/** Allowed difference between the issuer's clock and ours; chosen by hand. */
const TOLERANCE_SECONDS = 30
const EXPIRED = 'The token has expired.'
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/

const KEY_TIMES: KeyTimes = { pauseMilliseconds: 5_000, maxAgeMilliseconds: 600_000 }

/**
 * Returns the access of an issuer's JWT; `namespace` applies if no claim names one. Throws UserError `busy` if the
 * issuer's keys are not available: the token may be valid, and a refusal would make the client discard it and ask the
 * user to log in again.
 */
export function createJwtCheck(
  settings: OAuthSettings,
  namespace: string,
  log: Log,
  times: KeyTimes = KEY_TIMES,
): TokenCheck {
  const keys = createIssuerKeys(settings, times)
  return async (token) => {
    if (!JWT.test(token)) return undefined
    let claims: JWTPayload
    try {
      // Checked without a key: an expired token is refused even if the issuer is down.
      if (hasExpired(decodeJwt(token))) return invalid(EXPIRED)
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer: settings.issuer,
        audience: [...settings.audiences],
        algorithms: ALGORITHMS,
        clockTolerance: TOLERANCE_SECONDS,
        requiredClaims: ['exp'],
      })
      if (!isAccessToken(protectedHeader.typ)) return invalid('The token is of another type.')
      claims = payload
    } catch (error) {
      if (error instanceof IssuerUnreachable) {
        const level = error instanceof StillUnreachable ? 'debug' : 'warn'
        log(level, 'the issuer of tokens is not reached', { error: describeError(error) })
        throw new UserError(
          'busy',
          'Tokens can not be checked now, because their issuer does not answer. Try again in some seconds.',
        )
      }
      log('debug', 'a token was refused', { error: describeError(error) })
      return invalid(reasonOf(error))
    }
    return accessOf(claims, { ...settings, namespace })
  }
}

function hasExpired({ exp }: JWTPayload): boolean {
  return typeof exp === 'number' && exp + TOLERANCE_SECONDS <= Date.now() / 1_000
}

function isAccessToken(type: string | undefined): boolean {
  return type === undefined || TYPES.includes(type.toLowerCase().replace(/^application\//, ''))
}

function invalid(message: string): TokenRefusal {
  return { reason: 'invalid', message }
}

/** Details only for problems that the token's owner can fix. A forger learns nothing. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return EXPIRED
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'The token is for another server.'
    if (error.claim === 'nbf') return 'The token does not count yet.'
  }
  return 'The token is not valid here.'
}
