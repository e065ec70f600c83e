import { SCOPES, type Scope, type TokenRefusal } from '../../core/access.ts'
import { isMcpPath } from '../serve/offer-at.ts'

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

/** Why a request is refused: for its token, or for a scope that its token lacks. */
export type AccessProblem = TokenRefusal | { readonly scope: Scope }

/** `WWW-Authenticate`, as RFC 6750 has it: no error is named to whoever brings no token. */
export function challengeFor(resource: ProtectedResource | undefined) {
  const found = resource && { resource_metadata: metadataUrl(resource) }
  const named = (scopes: readonly Scope[]) =>
    scopes.map((scope) => (resource?.scopePrefix ?? '') + scope).join(' ')
  return (problem: AccessProblem): string => {
    if ('scope' in problem) {
      const scope = named([problem.scope])
      return challenge({ error: 'insufficient_scope', scope, ...found })
    }
    if (found === undefined) {
      return problem.reason === 'invalid' ? challenge({ error: 'invalid_token' }) : 'Bearer'
    }
    const error =
      problem.reason === 'invalid'
        ? { error: 'invalid_token', error_description: problem.message }
        : {}
    return challenge({ ...error, scope: named(USUAL_SCOPES), ...found })
  }
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
