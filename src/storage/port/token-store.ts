import type { Scope } from '../../core/access.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { TokenId } from '../../core/ids.ts'

/* The part of the port `store.ts` for bearer tokens of all namespaces. Only digests of tokens are stored. */

export interface StoredToken {
  readonly id: TokenId
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly namespace: string
  readonly createdAt: Timestamp
  /** The token is refused from then on; null: never. */
  readonly expiresAt: Timestamp | null
  /** Approximate; null: never used. */
  readonly lastUsedAt: Timestamp | null
  readonly revokedAt: Timestamp | null
}

export type NewToken = Omit<StoredToken, 'lastUsedAt' | 'revokedAt'> & {
  /** SHA-256 of the token in hexadecimal. */
  readonly digest: string
}

export interface TokenStore {
  /** False: an unrevoked token with that name exists. */
  insert(token: NewToken): Promise<boolean>
  /** Oldest first, revoked and expired ones included. */
  list(): Promise<readonly StoredToken[]>
  byDigest(digest: string): Promise<StoredToken | undefined>
  /** Whether any token exists or ever existed. */
  any(): Promise<boolean>
  used(id: TokenId, at: Timestamp): Promise<void>
  /** False: there is no such token, or it is revoked already. */
  revoke(id: TokenId, at: Timestamp): Promise<boolean>
}
