import { type Timestamp, toTimestamp } from '../../core/clock.ts'
import type { RunId } from '../../core/ids.ts'
import type { WaitingFor } from '../../core/run.ts'
import { recordChange } from '../changes/changes.ts'
import { lockRead } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'

export interface Requeuing {
  readonly from: 'requires_approval' | 'waiting'
  /** The reason of a `waiting` run; absent: it waits for a client. */
  readonly waitingFor?: WaitingFor
  /** For a run that waits for a client: requeue only if this is its latest request. */
  readonly ask?: string
  /** New accepting process; absent: unchanged. */
  readonly acceptedBy?: string
  readonly samples?: boolean
}

/**
 * Queues a run that was waiting for an answer. Its start is moved by the waiting time, so that waiting does not count
 * towards its time limit. False: it does not wait for that.
 */
export async function requeue(
  scope: QueryScope,
  id: RunId,
  { from, waitingFor = 'client', ask, acceptedBy, samples }: Requeuing,
  at: Timestamp,
): Promise<boolean> {
  const { db, namespace } = scope
  const run = await db
    .selectFrom('run')
    .select(['started_at', 'paused_at'])
    .where('namespace', '=', namespace)
    .where('id', '=', id)
    .modifyEnd(lockRead(scope, 'run'))
    .executeTakeFirst()
  if (!run) return false
  let update = db
    .updateTable('run')
    .set({
      status: 'queued',
      stop_reason: null,
      waiting_for: null,
      missing: null,
      retry_at: null,
      ask: null,
      started_at: later(run.started_at, run.paused_at, at),
      paused_at: null,
      ...(acceptedBy !== undefined && { accepted_by: acceptedBy }),
      ...(samples === true && { client_samples: 1 }),
    })
    .where('namespace', '=', namespace)
    .where('id', '=', id)
    .where('status', '=', from)
  if (from === 'waiting') update = update.where('waiting_for', '=', waitingFor)
  if (ask !== undefined) update = update.where('ask', '=', ask)
  const { numUpdatedRows } = await update.executeTakeFirst()
  if (numUpdatedRows === 1n) await recordChange(db, namespace, 'run', id, at)
  return numUpdatedRows === 1n
}

function later(started: Timestamp | null, paused: Timestamp | null, now: Timestamp) {
  if (started === null || paused === null) return started
  return toTimestamp(Date.parse(started) + Math.max(0, Date.parse(now) - Date.parse(paused)))
}
