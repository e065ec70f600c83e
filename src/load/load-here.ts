import { toTimestamp } from '../core/clock.ts'
import type { Job } from '../core/job.ts'
import { createJobWorker, type JobWorkerOptions } from '../jobs/job-worker.ts'
import type { NewLoad } from '../service/load-port.ts'
import { describeProgress, readState } from './load-state.ts'
import { createLoads } from './loads.ts'
import { watchPath } from './watch-path.ts'

/** Jobs of commands, which may read any path of their user, are left alone by servers. */
const PLACE = 'command'
/** How often the job is looked at. Chosen by hand. */
const LOOK_MILLISECONDS = 100

export interface LoadHere extends Omit<JobWorkerOptions, 'places'> {
  readonly namespace: string
}

export interface LoadListener {
  /** `told` says in words how far it is. */
  onProgress(job: Job, told: string): void
  /** Changes, in sentences, after each look at a watched folder that found changes, and after the first. */
  onLook(told: string): void
}

/**
 * Loads in this process, from any path, and resolves with the job when it has ended. A load that was stopped before goes
 * on where it was. When `signal` fires, the job is released and can go on later; watching ends.
 */
export async function loadHere(
  { namespace, ...options }: LoadHere,
  load: NewLoad,
  listener: LoadListener,
  signal: AbortSignal,
): Promise<Job> {
  const { clock } = options
  const store = options.storage.in(namespace)
  const { begin } = createLoads({ store, clock, roots: null, place: PLACE })
  const { id, state } = await begin(load)
  const worker = createJobWorker({ ...options, places: [PLACE] })
  /** Something has changed since the last look began. */
  let isStale = false
  const stopWatching =
    load.watch && load.path
      ? watchPath(load.path, () => {
          isStale = true
        })
      : () => undefined
  let looks = readState(state).turns
  try {
    worker.wake()
    for (;;) {
      const job = await store.jobs.get(id)
      if (!job) throw new Error('the job is gone')
      listener.onProgress(job, describeProgress(job))
      const { turns, told } = readState(job.state)
      if (turns > looks) listener.onLook(told)
      looks = turns
      if (job.completedAt !== null) return job
      if (signal.aborted) break
      // A look that is under way may have passed by already.
      if (isStale && job.status === 'waiting') {
        isStale = false
        await store.transaction((tx) => tx.jobs.wake(id, toTimestamp(clock())))
        worker.wake()
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS))
    }
  } finally {
    stopWatching()
    await worker.stop()
  }
  if (load.watch) await store.transaction((tx) => tx.jobs.requestCancel(id, toTimestamp(clock())))
  const stopped = await store.jobs.get(id)
  if (!stopped) throw new Error('the job is gone')
  return stopped
}
