import { type Run, waitsForClient, waitsForModel } from '../../core/run.ts'
import type { Reads } from '../../storage/port/store.ts'
import { keyOf } from '../inbox/run-key.ts'

/** Says how to continue a run that does not go on by itself. */
export async function waitingWarnings(reads: Reads, run: Run): Promise<readonly string[]> {
  if (waitsForClient(run)) {
    return [
      `The agent waits for the model of the client to go on. Call send_message again with the same agent and message and with idempotency_key ${JSON.stringify(keyOf(run))}, from a client that can sample.`,
    ]
  }
  if (waitsForModel(run)) return run.missing === null ? [] : [run.missing]
  if (run.status !== 'queued') return []
  const ahead = await reads.runs.blocking(run.id)
  if (!ahead) return []
  const queued = `Queued behind run ${ahead.id}, which is ${ahead.status}; it is served once that one has ended.`
  if (!waitsForClient(ahead)) return [queued]
  return [
    `${queued} That one goes on when its message is sent again with idempotency_key ${JSON.stringify(keyOf(ahead))}, or ends with cancel_run.`,
  ]
}
