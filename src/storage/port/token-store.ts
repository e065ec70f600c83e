import type { Scope } from '../../core/access.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { TokenId } from '../../core/ids.ts'

/* The part of the port `store.ts` that holds bearer tokens, of all namespaces. The token itself never gets here. */

export interface StoredToken {
  readonly id: TokenId
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly namespace: string
  readonly createdAt: Timestamp
  /** From then on it is not taken; null: for ever. */
  readonly expiresAt: Timestamp | null
  /** Not to the minute; null: never. */
  readonly lastUsedAt: Timestamp | null
  readonly revokedAt: Timestamp | null
}

export type NewToken = Omit<StoredToken, 'lastUsedAt' | 'revokedAt'> & {
  /** SHA-256 of the token in hexadecimal. */
  readonly digest: string
}

export interface TokenStore {
  /** False: one of that name is there that is not revoked. */
  insert(token: NewToken): Promise<boolean>
  /** Oldest first, those that are not taken any more among them. */
  list(): Promise<readonly StoredToken[]>
  byDigest(digest: string): Promise<StoredToken | undefined>
  /** Whether there is one, or ever was. */
  any(): Promise<boolean>
  used(id: TokenId, at: Timestamp): Promise<void>
  /** False: there is no such token, or it is revoked already. */
  revoke(id: TokenId, at: Timestamp): Promise<boolean>
}
