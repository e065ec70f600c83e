import { createHash } from 'node:crypto'
import { type Access, SCOPES, type Scope, type TokenRefusal } from '../core/access.ts'
import type { OAuthSettings } from './oauth-settings.ts'

type Claims = Readonly<Record<string, unknown>>
type Reading = Pick<OAuthSettings, 'namespaceClaim' | 'defaultScopes' | 'scopePrefix'> & {
  /** Of all tokens, where no claim is set. */
  readonly namespace: string
}

const LONGEST_NAME = 200
const OUR_PREFIX = 'recollect:'

/** Whom a token that was found to be good comes from. */
export function accessOf(claims: Claims, reading: Reading): Access | TokenRefusal {
  if (claims.cnf !== undefined) {
    return refusal('The token is bound to a key of its holder, which this server does not check.')
  }
  const namespace = namespaceOf(claims, reading)
  if (namespace === undefined) {
    return refusal(
      `The token has no claim "${reading.namespaceClaim}" that says whose data it is for.`,
    )
  }
  return { namespace, scopes: scopesOf(claims, reading), name: nameOf(claims) }
}

function refusal(message: string): TokenRefusal {
  return { reason: 'invalid', message }
}

/** In `scope`, as RFC 9068 has it, or in the list `scp`; what is none of ours does not count. */
function scopesOf(claims: Claims, { scopePrefix, defaultScopes }: Reading): ReadonlySet<Scope> {
  const named = new Set([claims.scope, claims.scp].flatMap(namesIn))
  const prefixes = ['', scopePrefix || OUR_PREFIX]
  const ours = SCOPES.filter((scope) => prefixes.some((prefix) => named.has(prefix + scope)))
  return new Set(ours.length > 0 ? ours : defaultScopes)
}

function namesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ')
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []
}

/** What can be told to a person, and set as the namespace of a token of ours. */
const READABLE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/
const LONGEST_NAMESPACE = 64

/**
 * The claim's name stands before its value, so that nobody gets at `default` by being called so. What can't be a
 * namespace is hashed, without a dot, so that two values never become one namespace.
 */
function namespaceOf(
  claims: Claims,
  { namespaceClaim: claim, namespace: shared }: Reading,
): string | undefined {
  if (claim === undefined) return shared
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
  if (typeof value !== 'string' || value === '' || !value.isWellFormed()) return undefined
  const namespace = `${claim}.${value}`
  if (READABLE.test(namespace) && namespace.length <= LONGEST_NAMESPACE) return namespace
  const hash = createHash('sha256').update(JSON.stringify([claim, value]))
  return `oauth-${hash.digest('base64url')}`
}

/** Before the names of those who have a token of the issuer. */
const ISSUERS = 'oauth:'

export function isOfIssuer({ name }: Access): boolean {
  return name.startsWith(ISSUERS)
}

function nameOf(claims: Claims): string {
  const who = [claims.sub, claims.client_id, claims.azp].find(
    (value): value is string => typeof value === 'string' && value !== '',
  )
  return `${ISSUERS}${(who ?? '').slice(0, LONGEST_NAME)}`
}
