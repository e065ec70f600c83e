import { createHash, timingSafeEqual } from 'node:crypto'
import type { Access, TokenCheck } from '../core/access.ts'

/** The one token that stands in the settings. */
export function fixedToken(token: string, access: Access): TokenCheck {
  return async (given) => (isSame(given, token) ? access : undefined)
}

/** Hashes have one length, so that nothing about the token shows in the time it takes. */
function isSame(given: string, token: string): boolean {
  return timingSafeEqual(sha256(given), sha256(token))
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
