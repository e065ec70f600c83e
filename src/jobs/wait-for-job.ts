import type { JobId } from '../core/ids.ts'
import type { Job } from '../core/job.ts'
import type { Reads } from '../storage/port/store.ts'

/** Between two looks: short beside what a person waits for. Chosen by hand. */
const LOOK_MILLISECONDS = 50

/**
 * The job once it has ended or `isReached`, or as it is when it takes longer than `milliseconds`. Undefined: it is gone.
 */
export async function waitForJob(
  { jobs }: Pick<Reads, 'jobs'>,
  id: JobId,
  milliseconds: number,
  isReached: (job: Job) => boolean = () => false,
): Promise<Job | undefined> {
  const until = performance.now() + milliseconds
  for (;;) {
    const job = await jobs.get(id)
    if (!job || job.completedAt !== null || isReached(job)) return job
    if (performance.now() > until) return job
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS))
  }
}
