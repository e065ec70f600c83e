/** Permissions of a client. Each is granted by itself; none includes another. */
export const SCOPES = ['read', 'chat', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** The authenticated caller of a request. */
export interface Access {
  /** Namespace whose agents, blocks, archives and runs the caller can see. */
  readonly namespace: string
  readonly scopes: ReadonlySet<Scope>
  /** Name for logs; never a secret. */
  readonly name: string
}

/** The caller that asks for a change, and its rights. */
export type Caller = Pick<Access, 'name' | 'scopes'>

/** Why a token is refused. Reveals nothing about which tokens exist. */
export interface TokenRefusal {
  readonly reason: 'missing' | 'invalid'
  readonly message: string
}

/** Resolves a bearer token to its caller; `undefined`: the token is not of the kind that this check knows. */
export type TokenCheck = (token: string) => Promise<Access | TokenRefusal | undefined>
