import { type Access, SCOPES } from './access.ts'

/* Names that no token has: those of stored tokens and of an issuer's begin with what they are. */

/** Whoever brings the token of the settings. */
export function ownerAccess(namespace: string): Access {
  return { namespace, scopes: new Set(SCOPES), name: 'owner' }
}

/** Whoever calls a server that needs no token. */
export function anybodyAccess(namespace: string): Access {
  return { namespace, scopes: new Set(SCOPES), name: 'anybody' }
}

export function isAnybody({ name }: Access): boolean {
  return name === 'anybody'
}
