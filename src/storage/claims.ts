import { sql } from 'kysely'
import { storedId } from '../core/ids.ts'
import { recordChange } from './changes.ts'
import { OPEN_STATUSES, runReads } from './runs.ts'
import type { Connection } from './dialect.ts'
import type { Scope } from './scope.ts'
import type { Claims, Lease } from './store.ts'

/** The one place that looks across namespaces: whoever is free works for everybody. */
export function createClaims(
  transact: <T>(work: (trx: Connection) => Promise<T>) => Promise<T>,
  scopeOf: (namespace: string, db: Connection) => Scope,
): Claims {
  return {
    async next(claim) {
      return transact(async (trx) => {
        const free = await trx
          .selectFrom('run')
          .leftJoin('lease', (join) =>
            join.onRef('lease.namespace', '=', 'run.namespace').onRef('lease.agent_id', '=', 'run.agent_id'),
          )
          .select(['run.namespace', 'run.id', 'run.agent_id'])
          .where('run.status', 'in', ['queued', 'running'])
          .where((eb) =>
            eb.or([eb('lease.expires_at', 'is', null), eb('lease.expires_at', '<', claim.now)]),
          )
          .where((eb) =>
            eb.or([
              eb('run.accepted_by', 'in', [claim.owner, '']),
              eb(eb.fn.coalesce('run.started_at', 'run.created_at'), '<', claim.orphanedBefore),
            ]),
          )
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('run as earlier')
                  .select('earlier.row')
                  .whereRef('earlier.namespace', '=', 'run.namespace')
                  .whereRef('earlier.agent_id', '=', 'run.agent_id')
                  .whereRef('earlier.row', '<', 'run.row')
                  .where('earlier.status', 'in', OPEN_STATUSES),
              ),
            ),
          )
          .orderBy('run.row')
          .limit(1)
          .executeTakeFirst()
        if (!free) return undefined
        const { fence } = await trx
          .insertInto('lease')
          .values({
            namespace: free.namespace,
            agent_id: free.agent_id,
            owner: claim.owner,
            fence: 1,
            expires_at: claim.expiresAt,
          })
          .onConflict((conflict) =>
            conflict.columns(['namespace', 'agent_id']).doUpdateSet({
              owner: claim.owner,
              fence: sql`lease.fence + 1`,
              expires_at: claim.expiresAt,
            }),
          )
          .returning('fence')
          .executeTakeFirstOrThrow()
        await trx
          .updateTable('run')
          .set((eb) => ({ status: 'running', attempts: eb('attempts', '+', 1) }))
          .where('namespace', '=', free.namespace)
          .where('id', '=', free.id)
          .execute()
        await recordChange(trx, free.namespace, 'run', free.id, claim.now)
        const run = await runReads(scopeOf(free.namespace, trx)).get(storedId('run', free.id))
        if (!run) throw new Error('a claimed run is gone inside its transaction')
        const lease: Lease = { namespace: free.namespace, agentId: run.agentId, owner: claim.owner, fence }
        return { run, lease }
      })
    },

    async abandon(owner) {
      await transact(async (trx) => {
        await trx.updateTable('lease').set({ owner: '', expires_at: '' }).where('owner', '=', owner).execute()
        await trx
          .updateTable('run')
          .set({ accepted_by: '' })
          .where('accepted_by', '=', owner)
          .where('status', 'in', OPEN_STATUSES)
          .execute()
      })
    },
  }
}
