import { createHash, randomBytes } from 'node:crypto'
import type { Scope, TokenCheck } from '../core/access.ts'
import { type Clock, type Timestamp, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { newId, readId } from '../core/ids.ts'
import type { StoredToken, TokenStore } from '../storage/port/store.ts'
import { NOT_TAKEN } from './refusals.ts'

const PREFIX = 'rcl_'
const TOKEN = /^rcl_[A-Za-z0-9_-]{43}$/
const RANDOM_BYTES = 32
/**
 * `last used` is updated at most once per hour: a write per request would cost more than the request.
 * Chosen by hand.
 */
const USED_MILLISECONDS = 3_600_000

export interface NewAccess {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly namespace: string
  readonly expiresAt: Timestamp | null
}

export interface TokensOptions {
  readonly store: TokenStore
  readonly clock: Clock
  /** Called if the time of use could not be stored. */
  readonly onError: (error: unknown) => void
}

/** Bearer tokens in the database. Only their hashes are stored, so a reader of the database cannot use them. */
export function createTokens({ store, clock, onError }: TokensOptions) {
  const check: TokenCheck = async (token) => {
    if (!token.startsWith(PREFIX)) return undefined
    // Lookup by hash: its timing reveals nothing about existing tokens.
    const found = TOKEN.test(token) ? await store.byDigest(digestOf(token)) : undefined
    const now = toTimestamp(clock())
    if (found === undefined || !isTaken(found, now)) return NOT_TAKEN
    if (isStale(found.lastUsedAt, clock())) void store.used(found.id, now).catch(onError)
    const { namespace, scopes, name } = found
    return { namespace, scopes: new Set(scopes), name: `token:${name}` }
  }

  return {
    check,

    /** The token is returned once and stored nowhere. */
    async create(access: NewAccess): Promise<{ readonly token: string; readonly id: string }> {
      const token = `${PREFIX}${randomBytes(RANDOM_BYTES).toString('base64url')}`
      const id = newId('token')
      const createdAt = toTimestamp(clock())
      if (await store.insert({ ...access, id, digest: digestOf(token), createdAt })) {
        return { token, id }
      }
      throw new UserError(
        'conflict',
        `There is a token named "${access.name}" already. Choose another name, or revoke that one first: recollect token revoke.`,
      )
    },

    list: () => store.list(),

    /** By id, or by the name of a token that is not revoked. */
    async revoke(reference: string): Promise<StoredToken> {
      const id = readId('token', reference)
      const found = (await store.list()).find((token) =>
        id === undefined ? token.revokedAt === null && token.name === reference : token.id === id,
      )
      if (found === undefined) {
        throw new UserError(
          'not_found',
          `There is no token "${reference}" to revoke. recollect token list shows those that there are.`,
        )
      }
      await store.revoke(found.id, toTimestamp(clock()))
      return found
    },
  }
}

export type Tokens = ReturnType<typeof createTokens>

/** Whether the token is valid at that time. */
function isTaken({ revokedAt, expiresAt }: StoredToken, now: Timestamp): boolean {
  return revokedAt === null && (expiresAt === null || now < expiresAt)
}

function isStale(lastUsedAt: Timestamp | null, now: number): boolean {
  return lastUsedAt === null || Date.parse(lastUsedAt) < now - USED_MILLISECONDS
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
