import type { Access, TokenRefusal } from './access.ts'

/** Says whom a request comes from by its bearer token, `undefined` if it brings none. Rejects if it can't be found out. */
export type Authenticate = (token: string | undefined) => Promise<Access | TokenRefusal>
