import { type Timestamp, toTimestamp } from '../core/clock.ts'
import { recordChange } from './changes.ts'
import type { Scope } from './scope.ts'
import type { ApprovalWrites } from './store.ts'

export function approvalWrites({ db, namespace }: Scope): ApprovalWrites {
  return {
    async refuseCall(id) {
      const { numUpdatedRows } = await db
        .updateTable('tool_call')
        .set({ state: 'done', status: 'error', effect: 'none' })
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .where('state', '<>', 'done')
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    async awaitApproval(id, at) {
      const { numUpdatedRows } = await db
        .updateTable('run')
        .set({ status: 'requires_approval', stop_reason: 'requires_approval', paused_at: at })
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .where('status', '=', 'running')
        .executeTakeFirst()
      if (numUpdatedRows === 1n) await recordChange(db, namespace, 'run', id, at)
      return numUpdatedRows === 1n
    },

    async answerApproval(id, { approved, reason }) {
      const { numUpdatedRows } = await db
        .updateTable('tool_call')
        .set({ approval: approved ? 'approved' : 'denied', approval_reason: reason })
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .where('approval', '=', 'pending')
        .where('state', '<>', 'done')
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    async resume(id, at) {
      const run = await db
        .selectFrom('run')
        .select(['started_at', 'paused_at'])
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .where('status', '=', 'requires_approval')
        .executeTakeFirst()
      if (!run) return false
      const { numUpdatedRows } = await db
        .updateTable('run')
        .set({
          status: 'queued',
          stop_reason: null,
          started_at: later(run.started_at, run.paused_at, at),
          paused_at: null,
        })
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .where('status', '=', 'requires_approval')
        .executeTakeFirst()
      if (numUpdatedRows === 1n) await recordChange(db, namespace, 'run', id, at)
      return numUpdatedRows === 1n
    },
  }
}

/** A run is given so much time from its start on; what a person took to answer is not taken from it. */
function later(started: Timestamp | null, paused: Timestamp | null, now: Timestamp) {
  if (started === null || paused === null) return started
  return toTimestamp(Date.parse(started) + Math.max(0, Date.parse(now) - Date.parse(paused)))
}
