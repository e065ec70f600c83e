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
 * Tokens of an issuer, by RFC 9068. A key of the issuer can't be taken for a secret, because no algorithm with a shared
 * secret is among those that count; where keys are is said by our settings and the issuer, never by the token.
 */

const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]
/** A token may leave its type out; a token for something else, such as a logout, says so. */
const TYPES = ['jwt', 'at+jwt']
/** Between the issuer's clock and ours. */
const TOLERANCE_SECONDS = 30
const EXPIRED = 'The token has expired.'
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/

const KEY_TIMES: KeyTimes = { pauseMilliseconds: 5_000, maxAgeMilliseconds: 600_000 }

/**
 * Says who has a JWT of the issuer, for `namespace` if no claim says for which. Throws UserError `busy` when the issuer's
 * keys can't be had: the token may be good, and a client that was told otherwise would throw it away and send its person
 * to the login.
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
      // Needs no key: an expired token must not count for longer because the issuer is away.
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

/** What its owner can do something about; who made it up need not know how close it came. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return EXPIRED
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'The token is for another server.'
    if (error.claim === 'nbf') return 'The token does not count yet.'
  }
  return 'The token is not valid here.'
}
