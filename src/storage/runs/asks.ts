import type { QueryScope } from '../database/query-scope.ts'
import type { AskWrites } from '../port/store.ts'
import { requeue } from './requeue.ts'

export function askWrites(scope: QueryScope): AskWrites {
  const { db, namespace } = scope
  return {
    async askClient(id, ask) {
      const { numUpdatedRows } = await db
        .updateTable('run')
        .set({ ask })
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .where('status', '=', 'waiting')
        .where('waiting_for', '=', 'client')
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    async answerAsk(id, { ask, answer, acceptedBy }, at) {
      if (!(await requeue(scope, id, { from: 'waiting', ask, acceptedBy }, at))) return false
      await db
        .updateTable('step')
        .set({ client_answer: answer })
        .where('namespace', '=', namespace)
        .where('run_id', '=', id)
        .where('state', '=', 'model')
        .execute()
      return true
    },

    goOn: (id, sender, at) =>
      requeue(scope, id, { from: 'waiting', waitingFor: 'model', ...sender }, at),

    lookAgain: (id, { samples, acceptedBy }, at) =>
      requeue(scope, id, { from: 'waiting', samples, acceptedBy }, at),
  }
}
