import type { Access } from '../core/access.ts'

/** Whether two accesses are the same. A session belongs to the access that opened it. */
export function isSameAccess(one: Access, other: Access): boolean {
  return (
    one.namespace === other.namespace &&
    one.name === other.name &&
    one.scopes.size === other.scopes.size &&
    [...one.scopes].every((scope) => other.scopes.has(scope))
  )
}
