import type { Timestamp } from '../core/clock.ts'
import type { AgentId, JobId, RunId } from '../core/ids.ts'
import { rootOrigin } from '../core/run.ts'
import type { GoesOn, JobEnd } from '../jobs/job-handler.ts'
import type { Transaction } from '../storage/port/store.ts'

/** Model calls of one piece of background work. Chosen by hand. */
const MAX_STEPS = 20
/** A job is woken when its run ends; this is for a wake-up that was lost. Chosen by hand. */
const MAX_WAIT_MILLISECONDS = 60_000

/** Queues a run of the companion for the job, for any process. */
export async function beginBackgroundRun(
  tx: Transaction,
  run: {
    readonly id: RunId
    readonly agentId: AgentId
    readonly jobId: JobId
    readonly input: string
  },
  at: Timestamp,
): Promise<void> {
  const origin = { ...rootOrigin(run.id), sender: 'system' } as const
  const by = { acceptedBy: '', idempotencyKey: null, maxSteps: MAX_STEPS, createdAt: at }
  await tx.runs.insert({ ...run, ...by, origin, scopes: ['read', 'write'] })
}

/** The job goes on when the run has ended. */
export function awaitRun(id: RunId, now: number): JobEnd {
  const hasEnded: GoesOn = async (tx) => {
    const state = await tx.runs.state(id)
    return !state || ['completed', 'failed', 'cancelled'].includes(state.status)
  }
  return { kind: 'later', at: now + MAX_WAIT_MILLISECONDS, goesOn: hasEnded }
}
