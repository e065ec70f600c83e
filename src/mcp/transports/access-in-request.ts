import type { AuthInfo } from '@modelcontextprotocol/server'
import type { Access } from '../../core/access.ts'

/* The SDK hands what is known of a client through to where its server is made, in its own words. */

/** The token itself stays outside. */
export function toAuthInfo(access: Access): AuthInfo {
  return { token: '', clientId: access.name, scopes: [...access.scopes], extra: { access } }
}

/** Throws if nobody said whom the request comes from: it is answered to nobody then. */
export function accessIn(authInfo: AuthInfo | undefined): Access {
  const access = authInfo?.extra?.access
  if (isAccess(access)) return access
  throw new Error('a request came through without access')
}

function isAccess(value: unknown): value is Access {
  return typeof value === 'object' && value !== null && 'namespace' in value && 'scopes' in value
}
