import type { UpdateQueryBuilder, UpdateResult } from 'kysely'
import { compiled } from '../database/compiled.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { Lease, RunWrites } from '../port/store.ts'

const free = compiled((db, lease: Lease) =>
  ofLease(db.updateTable('lease').set({ owner: '', expires_at: '' }), lease),
)

type LeaseUpdate = UpdateQueryBuilder<Database, 'lease', 'lease', UpdateResult>

function ofLease(update: LeaseUpdate, lease: Lease): LeaseUpdate {
  return update
    .where('namespace', '=', lease.namespace)
    .where('conversation_id', '=', lease.conversationId)
    .where('owner', '=', lease.owner)
    .where('fence', '=', lease.fence)
}

/** Leases of conversations: who works on their runs. */
export function leaseWrites({ db, namespace }: QueryScope): Pick<RunWrites, 'release'> {
  return {
    async release(lease) {
      await free(db, { ...lease, namespace })
    },
  }
}
