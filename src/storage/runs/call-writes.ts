import { changed, changedOne } from '../database/changed.ts'
import { compiled } from '../database/compiled.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { RunWrites } from '../port/store.ts'

interface Finished {
  readonly namespace: string
  readonly id: string
  readonly status: 'success' | 'error'
}

const setFinished = compiled((db, { namespace, id, status }: Finished) =>
  db
    .updateTable('tool_call')
    .set({ state: 'done', status })
    .where('namespace', '=', namespace)
    .where('id', '=', id)
    .where('state', '<>', 'done'),
)

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
      return changedOne(await setFinished(db, { namespace, id, status }))
    },
  }
}
