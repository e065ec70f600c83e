import { createHash } from 'node:crypto'
import { type Access, SCOPES, type Scope, type TokenRefusal } from '../core/access.ts'
import type { OAuthSettings } from './oauth-settings.ts'

type Claims = Readonly<Record<string, unknown>>
type Reading = Pick<OAuthSettings, 'namespaceClaim' | 'defaultScopes' | 'scopePrefix'> & {
  /** Namespace of all tokens if no namespace claim is configured. */
  readonly namespace: string
}

/** Chosen by hand. */
const MAX_NAME_CHARACTERS = 200
const OUR_PREFIX = 'recollect:'

/** Access that a verified token grants, or the reason to refuse it. */
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

/** Scopes in `scope` (RFC 9068) or in the list `scp`. Scopes that are not ours are ignored. */
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

/** Namespaces that are safe to show and that a token of ours may have. */
const READABLE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/
const MAX_NAMESPACE_CHARACTERS = 64

/**
 * The claim's name is a prefix of the namespace, so that a value `default` does not give access to the namespace
 * `default`. A value that cannot be a namespace is hashed, without a dot, so that no two values share a namespace.
 */
function namespaceOf(
  claims: Claims,
  { namespaceClaim: claim, namespace: shared }: Reading,
): string | undefined {
  if (claim === undefined) return shared
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
  if (typeof value !== 'string' || value === '' || !value.isWellFormed()) return undefined
  const namespace = `${claim}.${value}`
  if (READABLE.test(namespace) && namespace.length <= MAX_NAMESPACE_CHARACTERS) return namespace
  const hash = createHash('sha256').update(JSON.stringify([claim, value]))
  return `oauth-${hash.digest('base64url')}`
}

/** Prefix of the names of callers with an issuer's token. */
const ISSUERS = 'oauth:'

export function isOfIssuer({ name }: Access): boolean {
  return name.startsWith(ISSUERS)
}

function nameOf(claims: Claims): string {
  const who = [claims.sub, claims.client_id, claims.azp].find(
    (value): value is string => typeof value === 'string' && value !== '',
  )
  return `${ISSUERS}${(who ?? '').slice(0, MAX_NAME_CHARACTERS)}`
}
