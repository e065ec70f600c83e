import { changed } from '../database/changed.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { RunWrites } from '../port/store.ts'

/** State of tool calls, from planned to done. */
export function callWrites({
  db,
  namespace,
}: QueryScope): Pick<RunWrites, 'startCall' | 'finishCall'> {
  return {
    async startCall(id, note) {
      return changed(
        await db
          .updateTable('tool_call')
          .set((eb) => ({
            state: 'started',
            attempts: eb('attempts', '+', 1),
            ...(note !== undefined && { note }),
          }))
          .where('namespace', '=', namespace)
          .where('id', '=', id)
          .where('state', '<>', 'done')
          .executeTakeFirst(),
      )
    },

    async finishCall(id, status) {
      return changed(
        await db
          .updateTable('tool_call')
          .set({ state: 'done', status })
          .where('namespace', '=', namespace)
          .where('id', '=', id)
          .where('state', '<>', 'done')
          .executeTakeFirst(),
      )
    },
  }
}
