import { type Clock, type Timestamp, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { type RunId, readId } from '../core/ids.ts'
import type { Job } from '../core/job.ts'
import { findAgent } from '../memory/find-agent.ts'
import type { JobsPort } from '../service/jobs-port.ts'
import type { Store, Transaction } from '../storage/port/store.ts'

/** Ends a run that works for a job. */
export type EndRun = (tx: Transaction, id: RunId, at: Timestamp) => Promise<void>

/** Listing and cancelling of jobs in one namespace. */
export function createJobs(store: Store, clock: Clock, endRun: EndRun): JobsPort {
  async function get(reference: string, agent?: string): Promise<Job> {
    const id = readId('job', reference)
    const job = id && (await store.jobs.get(id))
    if (job && (agent === undefined || job.agentId === (await findAgent(store.agents, agent)).id))
      return job
    throw new UserError(
      'not_found',
      `There is no job ${JSON.stringify(reference)}. list_jobs shows those that there are.`,
    )
  }

  return {
    get,
    async list({ agent, ...filter }) {
      const agentId = agent === undefined ? undefined : (await findAgent(store.agents, agent)).id
      return store.jobs.list({ ...filter, agentId })
    },
    async cancel(reference) {
      const { id } = await get(reference)
      const at = toTimestamp(clock())
      await store.transaction(async (tx) => {
        for (const run of await tx.runs.openOfJob(id)) await endRun(tx, run, at)
        await tx.jobs.requestCancel(id, at)
      })
      return get(id)
    },
  }
}
