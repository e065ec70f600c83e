import type { AuthInfo } from '@modelcontextprotocol/server'
import type { Access } from '../../core/access.ts'

/* Carries our `Access` through the SDK's `AuthInfo` to the place where servers are created. */

/** The token itself is not passed on. */
export function toAuthInfo(access: Access): AuthInfo {
  return { token: '', clientId: access.name, scopes: [...access.scopes], extra: { access } }
}

/** Throws if the request has no access information: such a request must not be answered. */
export function accessIn(authInfo: AuthInfo | undefined): Access {
  const access = authInfo?.extra?.access
  if (isAccess(access)) return access
  throw new Error('a request came through without access')
}

function isAccess(value: unknown): value is Access {
  return typeof value === 'object' && value !== null && 'namespace' in value && 'scopes' in value
}
