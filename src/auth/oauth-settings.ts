import { SCOPES, type Scope } from '../core/access.ts'
import { UserError } from '../core/errors.ts'
import { readUrl } from '../core/safe-url.ts'

/** The external issuer whose tokens are accepted, and how they are read. */
export interface OAuthSettings {
  /** Must equal the tokens' `iss` exactly. */
  readonly issuer: string
  /** The public URL of `/mcp`, the resource that tokens are requested for. */
  readonly resource: string
  /** Accepted values of `aud`; one must match. */
  readonly audiences: readonly string[]
  /** URL of the issuer's keys; undefined to read it from the issuer's metadata. */
  readonly jwksUrl: string | undefined
  /** Claim that names the namespace; undefined if all tokens share the server's namespace. */
  readonly namespaceClaim: string | undefined
  /** Scopes of a token that names none of ours. */
  readonly defaultScopes: readonly Scope[]
  /** Prefix of our scopes at the issuer. */
  readonly scopePrefix: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Returns null if no issuer is configured. Throws a UserError, in one line, for invalid settings. */
export function readOAuthSettings(settings: Environment): OAuthSettings | null {
  const get = (name: string) => settings[name]?.trim() || undefined
  const issuer = get('RECOLLECT_OAUTH_ISSUER')
  if (issuer === undefined) return null
  readUrl('RECOLLECT_OAUTH_ISSUER', issuer)
  const jwksUrl = get('RECOLLECT_OAUTH_JWKS_URL')
  if (jwksUrl !== undefined) readUrl('RECOLLECT_OAUTH_JWKS_URL', jwksUrl)
  const publicUrl = get('RECOLLECT_PUBLIC_URL')
  if (publicUrl === undefined) {
    throw new UserError(
      'invalid_argument',
      'RECOLLECT_OAUTH_ISSUER: needs RECOLLECT_PUBLIC_URL too, the address of /mcp as clients write it, for example https://memory.example.com/mcp.',
    )
  }
  const resource = readUrl('RECOLLECT_PUBLIC_URL', publicUrl)
  const audience = get('RECOLLECT_OAUTH_AUDIENCE')
  return {
    issuer,
    resource,
    audiences: audience === undefined ? [resource, withSlash(resource)] : [audience],
    jwksUrl,
    namespaceClaim: get('RECOLLECT_OAUTH_NAMESPACE_CLAIM'),
    defaultScopes: readScopes(get('RECOLLECT_OAUTH_SCOPES') ?? ''),
    scopePrefix: readPrefix(get('RECOLLECT_OAUTH_SCOPE_PREFIX') ?? ''),
  }
}

/** Clients write a URL without a path with or without the slash. */
function withSlash(url: string): string {
  return `${url}/`
}

function readScopes(list: string): readonly Scope[] {
  return list
    .split(/[\s,]+/)
    .filter((name) => name !== '')
    .map((name) => {
      const scope = SCOPES.find((known) => known === name)
      if (scope !== undefined) return scope
      throw new UserError(
        'invalid_argument',
        `RECOLLECT_OAUTH_SCOPES: found "${name}", allowed is a comma list out of ${SCOPES.join(', ')}.`,
      )
    })
}

/** A valid scope prefix by RFC 6749. */
function readPrefix(prefix: string): string {
  if (/^[\x21\x23-\x5b\x5d-\x7e]*$/.test(prefix)) return prefix
  throw new UserError(
    'invalid_argument',
    `RECOLLECT_OAUTH_SCOPE_PREFIX: found "${prefix}", allowed is printable ASCII without spaces, quotes and backslashes.`,
  )
}
