import type { TokenRefusal } from '../core/access.ts'

export const MISSING: TokenRefusal = {
  reason: 'missing',
  message: 'This server needs the header "Authorization: Bearer <token>".',
}

/** The same answer to every invalid token, so that it reveals nothing about existing ones. */
export const NOT_TAKEN: TokenRefusal = {
  reason: 'invalid',
  message:
    'This bearer token is not taken: it is wrong, has expired or was revoked. Ask the operator of this server for another.',
}
