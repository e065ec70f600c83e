import { SCOPES, type Scope } from '../../core/access.ts'
import { isMcpPath } from '../offer-at.ts'

/*
 * What a client reads to find out where it gets a token for us: RFC 9728, as the authorization of MCP asks for it. All
 * addresses of `/mcp` are one resource, because an issuer knows its resources beforehand, and ours depend on agents.
 */

/** This server, as an issuer of tokens and its clients call it. */
export interface ProtectedResource {
  /** The address of `/mcp` as clients write it. */
  readonly resource: string
  readonly issuer: string
  /** What stands before our scopes where clients ask the issuer for them. */
  readonly scopePrefix: string
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
/** All but `admin`, which a client asks for when it is told that something needs it. */
const USUAL_SCOPES: readonly Scope[] = ['read', 'chat', 'write']

/** Whether a client that builds the address by itself looks for the document at this path. */
export function isMetadataPath(path: string, { resource }: ProtectedResource): boolean {
  if (!path.startsWith(WELL_KNOWN)) return false
  const inserted = path.slice(WELL_KNOWN.length)
  return inserted === '' || inserted === pathOf(resource) || isMcpPath(inserted)
}

export function metadataOf({ resource, issuer, scopePrefix }: ProtectedResource) {
  return {
    resource,
    authorization_servers: [issuer],
    scopes_supported: SCOPES.map((scope) => scopePrefix + scope),
    bearer_methods_supported: ['header'],
    resource_name: 'Recollect',
  }
}

/** `WWW-Authenticate` for a request without a token (RFC 6750 names no error then), or with one that is not taken. */
export function tokenChallenge(
  error: string | undefined,
  resource: ProtectedResource | undefined,
): string {
  if (resource === undefined) return 'Bearer'
  return challenge({
    ...(error !== undefined && { error: 'invalid_token', error_description: error }),
    scope: scopesIn(USUAL_SCOPES, resource),
    resource_metadata: metadataUrl(resource),
  })
}

/** `WWW-Authenticate` for a token that may not do what it is used for, but could with these scopes. */
export function scopeChallenge(
  needed: readonly Scope[],
  message: string,
  resource: ProtectedResource | undefined,
): string {
  return challenge({
    error: 'insufficient_scope',
    error_description: message,
    scope: resource ? scopesIn(needed, resource) : needed.join(' '),
    ...(resource && { resource_metadata: metadataUrl(resource) }),
  })
}

function scopesIn(scopes: readonly Scope[], { scopePrefix }: ProtectedResource): string {
  return scopes.map((scope) => scopePrefix + scope).join(' ')
}

function metadataUrl({ resource }: ProtectedResource): string {
  return `${new URL(resource).origin}${WELL_KNOWN}${pathOf(resource)}`
}

function pathOf(resource: string): string {
  return new URL(resource).pathname.replace(/\/$/, '')
}

function challenge(parameters: Readonly<Record<string, string>>): string {
  const parts = Object.entries(parameters).map(([name, value]) => `${name}="${quotable(value)}"`)
  return `Bearer ${parts.join(', ')}`
}

/** RFC 6750 allows neither quotes nor backslashes in these, and a header nothing but ASCII. */
function quotable(value: string): string {
  return value.replaceAll('"', "'").replaceAll(/[^\x20-\x7e]|\\/g, ' ')
}
