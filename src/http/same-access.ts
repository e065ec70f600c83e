import type { Access } from '../core/access.ts'

/** Whether what one may do, the other may too: a session is only for who opened it. */
export function isSameAccess(one: Access, other: Access): boolean {
  return (
    one.namespace === other.namespace &&
    one.name === other.name &&
    one.scopes.size === other.scopes.size &&
    [...one.scopes].every((scope) => other.scopes.has(scope))
  )
}
