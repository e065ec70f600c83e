import { SCOPES, type Scope, type TokenRefusal } from '../../core/access.ts'
import { isMcpPath } from '../serve/offer-at.ts'

/*
 * OAuth protected resource metadata (RFC 9728), as MCP authorization requires. All addresses under `/mcp` are one
 * resource, because an issuer must know its resources in advance and ours depend on agents.
 */

/** This server, as the issuer and its clients name it. */
export interface ProtectedResource {
  /** The public URL of `/mcp`. */
  readonly resource: string
  readonly issuer: string
  /** Prefix of our scopes at the issuer. */
  readonly scopePrefix: string
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
/** All but `admin`, which a client requests when a call needs it. */
const USUAL_SCOPES: readonly Scope[] = ['read', 'chat', 'write']

/** Whether `path` is one where a client looks for the metadata document. */
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

/** Why a request is refused: its token, or a scope that the token lacks. */
export type AccessProblem = TokenRefusal | { readonly scope: Scope }

/** Builds `WWW-Authenticate` (RFC 6750). A request without a token gets no error code. */
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

/** RFC 6750 allows no quotes or backslashes in these values, and headers are ASCII. */
function quotable(value: string): string {
  return value.replaceAll('"', "'").replaceAll(/[^\x20-\x7e]|\\/g, ' ')
}
