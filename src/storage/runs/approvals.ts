import { recordChange } from '../changes/changes.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { ApprovalWrites } from '../port/store.ts'
import { requeue } from './requeue.ts'

export function approvalWrites(scope: QueryScope): ApprovalWrites {
  const { db, namespace } = scope
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

    resume: (id, at) => requeue(scope, id, { from: 'requires_approval' }, at),
  }
}
