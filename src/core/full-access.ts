import { type Access, SCOPES } from './access.ts'

/* Reserved names. Stored tokens and tokens of an issuer have names that begin with their kind, so none collides. */

/** Access of a caller with the token from the settings. */
export function ownerAccess(namespace: string): Access {
  return { namespace, scopes: new Set(SCOPES), name: 'owner' }
}

/** Access of any caller of a server that requires no token. */
export function anybodyAccess(namespace: string): Access {
  return { namespace, scopes: new Set(SCOPES), name: 'anybody' }
}

export function isAnybody({ name }: Access): boolean {
  return name === 'anybody'
}
