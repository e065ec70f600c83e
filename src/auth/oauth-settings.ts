import { SCOPES, type Scope } from '../core/access.ts'
import { UserError } from '../core/errors.ts'
import { readUrl } from '../core/safe-url.ts'

/** Whose tokens count beside our own, and how they are read. */
export interface OAuthSettings {
  /** As it stands in the tokens' `iss`, to the letter. */
  readonly issuer: string
  /** The address of `/mcp` as clients write it: the resource that tokens are asked for. */
  readonly resource: string
  /** What `aud` must hold, one of them. */
  readonly audiences: readonly string[]
  /** Where the issuer's keys are; undefined: its metadata says so. */
  readonly jwksUrl: string | undefined
  /** The claim that says whose data it is; undefined: all of them share the server's namespace. */
  readonly namespaceClaim: string | undefined
  /** Of a token that names no scope of ours. */
  readonly defaultScopes: readonly Scope[]
  /** What stands before our scopes where clients ask the issuer for them. */
  readonly scopePrefix: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Null: no issuer is set. Throws UserError, in one line, for what can't be used. */
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

/** Clients write the address of a server without a path in both ways. */
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

/** What a scope may consist of, by RFC 6749. */
function readPrefix(prefix: string): string {
  if (/^[\x21\x23-\x5b\x5d-\x7e]*$/.test(prefix)) return prefix
  throw new UserError(
    'invalid_argument',
    `RECOLLECT_OAUTH_SCOPE_PREFIX: found "${prefix}", allowed is printable ASCII without spaces, quotes and backslashes.`,
  )
}
