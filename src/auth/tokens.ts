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
/** Nobody needs to know it to the minute, and a write for each request would cost more than the request. */
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
  /** That a token was used could not be written down. */
  readonly onError: (error: unknown) => void
}

/** Bearer tokens that are kept here, each known by its hash only: whoever reads the database can use none of them. */
export function createTokens({ store, clock, onError }: TokensOptions) {
  const check: TokenCheck = async (token) => {
    if (!token.startsWith(PREFIX)) return undefined
    // Found by the hash, so the time it takes tells nothing about tokens that exist.
    const found = TOKEN.test(token) ? await store.byDigest(digestOf(token)) : undefined
    const now = toTimestamp(clock())
    if (found === undefined || !isTaken(found, now)) return NOT_TAKEN
    if (isStale(found.lastUsedAt, clock())) void store.used(found.id, now).catch(onError)
    const { namespace, scopes, name } = found
    return { namespace, scopes: new Set(scopes), name: `token:${name}` }
  }

  return {
    check,

    /** The token itself is in the answer, and nowhere else ever again. */
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

    /** By id, or by the name of one that is not revoked. */
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

/** Whether requests with it are answered at that time. */
function isTaken({ revokedAt, expiresAt }: StoredToken, now: Timestamp): boolean {
  return revokedAt === null && (expiresAt === null || now < expiresAt)
}

function isStale(lastUsedAt: Timestamp | null, now: number): boolean {
  return lastUsedAt === null || Date.parse(lastUsedAt) < now - USED_MILLISECONDS
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
