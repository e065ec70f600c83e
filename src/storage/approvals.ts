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
        .set({ status: 'requires_approval', stop_reason: 'requires_approval' })
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
      const { numUpdatedRows } = await db
        .updateTable('run')
        // Whoever is free goes on: the process that accepted it may have ended while a person thought about it.
        .set({ status: 'queued', stop_reason: null, accepted_by: '' })
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .where('status', '=', 'requires_approval')
        .executeTakeFirst()
      if (numUpdatedRows === 1n) await recordChange(db, namespace, 'run', id, at)
      return numUpdatedRows === 1n
    },
  }
}
