import { createHash } from 'node:crypto'
import type { Id, IdPrefix } from './ids.ts'

/** An id that is always the same for the same parts, so that what is done again for them is done once. */
export function deriveId<P extends IdPrefix>(prefix: P, ...parts: readonly string[]): Id<P> {
  return idOfKey(prefix, JSON.stringify(parts))
}

/** An id that is always the same for that key. */
export function idOfKey<P extends IdPrefix>(prefix: P, key: string): Id<P> {
  const hex = createHash('sha256').update(key).digest('hex')
  // Version 8 and the usual variant, as RFC 9562 has them for ids made by other rules.
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ]
  return `${prefix}-${groups.join('-')}`
}
