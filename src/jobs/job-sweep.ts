import { describeError, type Log } from '../core/log.ts'
import { createLeaseWatch } from '../leases/lease-watch.ts'
import { hasEnded } from '../leases/owner.ts'
import type { HeldJobLease, JobQueue } from '../storage/port/store.ts'

export interface JobSweepOptions {
  readonly queue: JobQueue
  readonly owner: string
  readonly leaseMilliseconds: number
  readonly log: Log
  /** This process works under that lease. */
  readonly isActive: (lease: HeldJobLease) => boolean
}

/** Frees the jobs of processes that have ended or no longer respond. */
export function createJobSweep(options: JobSweepOptions): () => Promise<void> {
  const { queue, owner, leaseMilliseconds, log, isActive } = options
  const watch = createLeaseWatch(leaseMilliseconds, ({ namespace, jobId }: HeldJobLease) => [
    namespace,
    jobId,
  ])
  return async () => {
    try {
      // Leases of dead processes need not expire first.
      for (const other of (await queue.owners()).filter((one) => one !== owner && hasEnded(one)))
        await queue.abandon(other)
      const expired = watch.look(await queue.held()).filter((lease) => !isActive(lease))
      for (const lease of expired) {
        log('info', 'a lease of a job has run out', { owner: lease.owner, job: lease.jobId })
        await queue.expire(lease)
      }
    } catch (error) {
      log('warn', 'abandoned jobs could not be looked for', { error: describeError(error) })
    }
  }
}
