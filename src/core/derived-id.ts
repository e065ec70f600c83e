import { createHash } from 'node:crypto'
import type { Id, IdPrefix } from './ids.ts'

/** An id that follows from `key`, so that what is stored again is recognised. */
export function derivedId<P extends IdPrefix>(prefix: P, key: string): Id<P> {
  const hex = createHash('sha256').update(key).digest('hex')
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
  ]
  return `${prefix}-${parts.join('-')}-${hex.slice(20, 32)}`
}
