import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose'
import { isSafeUrl } from '../core/safe-url.ts'
import type { OAuthSettings } from './oauth-settings.ts'

/** The issuer's keys are not available, so a token can be neither accepted nor refused. */
export class IssuerUnreachable extends Error {}

/** The issuer failed a moment ago and is not asked again yet. */
export class StillUnreachable extends IssuerUnreachable {}

export interface KeyTimes {
  /** Minimum time between two key requests caused by unknown key ids. */
  readonly pauseMilliseconds: number
  /** Keys are fetched again after this time, so that a withdrawn key stops being valid. */
  readonly maxAgeMilliseconds: number
}

/** Chosen by hand. */
const ANSWER_MILLISECONDS = 5_000

type Source = Pick<OAuthSettings, 'issuer' | 'jwksUrl'>

/** The issuer's signing keys, cached. Requests with forged tokens cause at most one request to the issuer per pause. */
export function createIssuerKeys(source: Source, times: KeyTimes): JWTVerifyGetKey {
  let found: Promise<JWTVerifyGetKey> | undefined
  let failedAt = Number.NEGATIVE_INFINITY

  const ask = async (url: string, init: RequestInit): Promise<Response> => {
    if (performance.now() - failedAt < times.pauseMilliseconds) {
      throw new StillUnreachable('the issuer was not reached a moment ago')
    }
    try {
      return await fetch(url, init)
    } catch (error) {
      throw new IssuerUnreachable(`no answer from ${url}`, { cause: error })
    }
  }
  const find = async (): Promise<JWTVerifyGetKey> =>
    createRemoteJWKSet(new URL(source.jwksUrl ?? (await findJwksUrl(source.issuer, ask))), {
      timeoutDuration: ANSWER_MILLISECONDS,
      cooldownDuration: times.pauseMilliseconds,
      cacheMaxAge: times.maxAgeMilliseconds,
      [customFetch]: ask,
    })

  return async (header, token) => {
    try {
      found ??= find()
      const keys = await found.catch((error: unknown) => {
        found = undefined
        throw error
      })
      return await keys(header, token)
    } catch (error) {
      if (isAboutToken(error)) throw error
      // Later callers do not extend the pause.
      if (performance.now() - failedAt >= times.pauseMilliseconds) failedAt = performance.now()
      throw error instanceof IssuerUnreachable
        ? error
        : new IssuerUnreachable('the issuer gave no keys', { cause: error })
    }
  }
}

function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  )
}

/** Reads `jwks_uri` from the issuer's metadata, which is at one of three addresses. */
async function findJwksUrl(
  issuer: string,
  ask: (url: string, init: RequestInit) => Promise<Response>,
): Promise<string> {
  for (const url of metadataUrls(issuer)) {
    const response = await ask(url, {
      headers: { Accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
    })
    if (response.status === 200) return jwksUrlIn(await response.json(), issuer)
    await response.body?.cancel()
  }
  throw new IssuerUnreachable(`the issuer ${issuer} has no metadata`)
}

/** In the order of the MCP specification: RFC 8414, then OpenID Connect with the path appended and inserted. */
export function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const urls = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]
  return [...new Set(urls)]
}

function jwksUrlIn(metadata: unknown, issuer: string): string {
  const { issuer: named, jwks_uri: url } = Object(metadata) as Record<string, unknown>
  if (named !== issuer) {
    throw new IssuerUnreachable(
      `the metadata is that of "${String(named)}", and RECOLLECT_OAUTH_ISSUER says "${issuer}"; they must be the same to the letter`,
    )
  }
  if (typeof url === 'string' && URL.canParse(url) && isSafeUrl(new URL(url))) return url
  throw new IssuerUnreachable(`the metadata of ${issuer} names no safe jwks_uri`)
}
