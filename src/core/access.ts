/** What a client may do; each is asked for by itself. */
export const SCOPES = ['read', 'chat', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Whom a request comes from, as far as it matters to us. */
export interface Access {
  /** The agents, blocks, archives and runs that exist for it. */
  readonly namespace: string
  readonly scopes: ReadonlySet<Scope>
  /** Who it is, for logs; never a secret. */
  readonly name: string
}

/** Why a token is not taken. Tells nothing about which tokens exist. */
export interface TokenRefusal {
  readonly reason: 'missing' | 'invalid'
  readonly message: string
}

/** Says who has a bearer token; `undefined`: it is none of the kind that this one knows. */
export type TokenCheck = (token: string) => Promise<Access | TokenRefusal | undefined>
