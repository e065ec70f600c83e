import { changed } from '../database/changed.ts'
import type { Scope } from '../database/scope.ts'
import type { RunWrites } from '../port/store.ts'

/** Leases of conversations: who works on their runs. */
export function leaseWrites({ db, namespace }: Scope): Pick<RunWrites, 'hold' | 'release'> {
  return {
    async hold(lease, expiresAt) {
      return changed(
        await db
          .updateTable('lease')
          .set({ expires_at: expiresAt })
          .where('namespace', '=', namespace)
          .where('conversation_id', '=', lease.conversationId)
          .where('owner', '=', lease.owner)
          .where('fence', '=', lease.fence)
          .executeTakeFirst(),
      )
    },

    async release(lease) {
      await db
        .updateTable('lease')
        .set({ owner: '', expires_at: '' })
        .where('namespace', '=', namespace)
        .where('conversation_id', '=', lease.conversationId)
        .where('owner', '=', lease.owner)
        .where('fence', '=', lease.fence)
        .execute()
    },
  }
}
