import type { TokenRefusal } from '../core/access.ts'

export const MISSING: TokenRefusal = {
  reason: 'missing',
  message: 'This server needs the header "Authorization: Bearer <token>".',
}

/** One answer to all that is wrong with a token, so that it tells nothing about those that exist. */
export const NOT_TAKEN: TokenRefusal = {
  reason: 'invalid',
  message:
    'This bearer token is not taken: it is wrong, has expired or was revoked. Ask whoever runs this server for another.',
}
