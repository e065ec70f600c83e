import type { Access, TokenRefusal } from './access.ts'

/** Resolves a bearer token (`undefined`: none was sent) to its caller. Rejects only if the check itself fails. */
export type Authenticate = (token: string | undefined) => Promise<Access | TokenRefusal>
