import type { RunId } from '../../core/ids.ts'
import { isSettled } from '../../core/run.ts'
import type { OnChange } from './wait-settled.ts'

/** More are rare, and only cost a look at the row. Chosen by hand. */
const MAX_RUNS = 10_000

/**
 * The ids of runs that are not settled, as far as this process knows: such a run need not be looked at. Add one before
 * the transaction that queues it, so that nothing comes in between, and delete it if that fails.
 */
export function unsettledRuns(onChange: OnChange): Set<RunId> {
  const ids = new Set<RunId>()
  onChange(({ kind, subjectId, run }) => {
    // Deleting an agent deletes its runs without a change event for each run.
    if (kind === 'agent' || ids.size > MAX_RUNS) ids.clear()
    if (kind === 'run' && (!run || isSettled(run))) ids.delete(subjectId as RunId)
  })
  return ids
}
