import type { Selectable } from 'kysely'
import { SCOPES } from '../../core/access.ts'
import { storedId } from '../../core/ids.ts'
import type { Connection } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import type { StoredToken, TokenStore } from '../port/store.ts'

/** Not bound to a namespace: the token determines the namespace of a request. */
export function createTokenStore(
  reader: Connection,
  transact: <T>(work: (trx: Connection) => Promise<T>) => Promise<T>,
): TokenStore {
  return {
    insert: ({ id, name, digest, scopes, namespace, createdAt, expiresAt }) =>
      transact(async (trx) => {
        const { numInsertedOrUpdatedRows } = await trx
          .insertInto('access_token')
          .values({
            id,
            name,
            digest,
            scopes: JSON.stringify(scopes),
            namespace,
            created_at: createdAt,
            expires_at: expiresAt,
            last_used_at: null,
            revoked_at: null,
          })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst()
        return numInsertedOrUpdatedRows === 1n
      }),

    async list() {
      const rows = await reader
        .selectFrom('access_token')
        .selectAll()
        .orderBy('created_at')
        .orderBy('id')
        .execute()
      return rows.map(toToken)
    },

    async byDigest(digest) {
      const row = await reader
        .selectFrom('access_token')
        .selectAll()
        .where('digest', '=', digest)
        .executeTakeFirst()
      return row && toToken(row)
    },

    async any() {
      return (await reader.selectFrom('access_token').select('id').limit(1).execute()).length > 0
    },

    async used(id, at) {
      await transact((trx) =>
        trx.updateTable('access_token').set({ last_used_at: at }).where('id', '=', id).execute(),
      )
    },

    revoke: (id, at) =>
      transact(async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('access_token')
          .set({ revoked_at: at })
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .executeTakeFirst()
        return numUpdatedRows === 1n
      }),
  }
}

function toToken(row: Selectable<Database['access_token']>): StoredToken {
  const scopes: unknown = JSON.parse(row.scopes)
  return {
    id: storedId('token', row.id),
    name: row.name,
    // Unknown scopes, written by a later version, grant nothing.
    scopes: SCOPES.filter((scope) => Array.isArray(scopes) && scopes.includes(scope)),
    namespace: row.namespace,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  }
}
