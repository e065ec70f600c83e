import type { Job } from '../core/job.ts'
import { createJobWorker, type JobWorkerOptions } from '../jobs/job-worker.ts'
import type { NewLoad } from '../service/load-port.ts'
import { createLoads } from './loads.ts'

/** Jobs of commands, which may read any path of their user, are left alone by servers. */
const PLACE = 'command'
/** How often the job is looked at. Chosen by hand. */
const LOOK_MILLISECONDS = 100

export interface LoadHere extends Omit<JobWorkerOptions, 'places'> {
  readonly namespace: string
}

/**
 * Loads in this process, from any path, and resolves with the job when it has ended. A load that was stopped before goes
 * on where it was. When `signal` fires, the job is released and can go on later.
 */
export async function loadHere(
  { namespace, ...options }: LoadHere,
  load: NewLoad,
  onProgress: (job: Job) => void,
  signal: AbortSignal,
): Promise<Job> {
  const store = options.storage.in(namespace)
  const { begin } = createLoads({ store, clock: options.clock, roots: null, place: PLACE })
  const { id } = await begin(load)
  const worker = createJobWorker({ ...options, places: [PLACE] })
  try {
    worker.wake()
    for (;;) {
      const job = await store.jobs.get(id)
      if (!job) throw new Error('the job is gone')
      onProgress(job)
      if (job.completedAt !== null || signal.aborted) return job
      await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS))
    }
  } finally {
    await worker.stop()
  }
}
