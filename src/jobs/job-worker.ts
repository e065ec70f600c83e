import { type Clock, toTimestamp } from '../core/clock.ts'
import { isId, type JobId } from '../core/ids.ts'
import { describeError, type Log } from '../core/log.ts'
import type { Storage } from '../storage/port/store.ts'
import type { JobHandler } from './job-handler.ts'
import { createJobSweep } from './job-sweep.ts'
import { type Claimed, workOnJob } from './work-on-job.ts'

export interface JobWorkerOptions {
  readonly storage: Storage
  /** By kind. A kind without a handler is left to other processes. */
  readonly handlers: Readonly<Record<string, () => Promise<JobHandler>>>
  /** Signs the leases of this process (`ownerName`). */
  readonly owner: string
  readonly clock: Clock
  readonly leaseMilliseconds: number
  /** Pause after the first failed attempt; doubles with each further one. */
  readonly firstPauseMilliseconds: number
  /** Places that this process claims for, besides that of jobs for any process. */
  readonly places?: readonly string[]
  readonly log: Log
}

/** How often it looks for jobs left by other processes, or due for another try. Chosen by hand. */
const MAX_LOOK_MILLISECONDS = 1_000
/** Jobs of a process at once. They wait for models more than they compute. Chosen by hand. */
const MAX_JOBS = 4

/** Takes jobs from the queue and keeps their leases while it works on them. */
export interface JobWorker {
  /** A job may be free to work on. */
  wake(): void
  /** A job has changed. If it was cancelled or deleted, by any process, and this process works on it, the work stops. */
  stopIfCancelled(namespace: string, jobId: string): Promise<void>
  /** Takes no more jobs, stops the work in progress, and releases it for the next process. */
  stop(): Promise<void>
}

interface Work extends Claimed {
  readonly controller: AbortController
  readonly done: Promise<void>
}

export function createJobWorker(options: JobWorkerOptions): JobWorker {
  const { storage, handlers, owner, clock, leaseMilliseconds, places = [], log } = options
  const active = new Map<JobId, Work>()
  const sweep = createJobSweep({
    ...options,
    queue: storage.jobs,
    isActive: ({ jobId, fence }) => active.get(jobId)?.lease.fence === fence,
  })
  const expiresAt = () => toTimestamp(clock() + leaseMilliseconds)
  let stopping = false
  let claiming: Promise<void> | undefined
  let wokenWhileClaiming = false

  async function claimAll(): Promise<void> {
    while (!stopping && active.size < MAX_JOBS) {
      const claimed = await storage.jobs.next({
        owner,
        now: toTimestamp(clock()),
        expiresAt: expiresAt(),
        kinds: Object.keys(handlers),
        places,
        except: [...active.keys()],
      })
      if (!claimed) return
      begin(claimed)
    }
  }

  function begin(claimed: Claimed): void {
    const { job, lease } = claimed
    const controller = new AbortController()
    const handler = handlers[job.kind]
    if (!handler) throw new Error(`no handler of ${job.kind}`)
    const renewing = setInterval(() => {
      storage.jobs
        .renew(lease, expiresAt())
        .then((isOurs) => isOurs || controller.abort())
        .catch((error: unknown) =>
          log('warn', 'a lease of a job could not be renewed', { error: describeError(error) }),
        )
    }, leaseMilliseconds / 3)
    renewing.unref()
    const tools = { ...options, store: storage.in(lease.namespace), handler }
    const done = workOnJob(claimed, tools, controller.signal).finally(() => {
      clearInterval(renewing)
      active.delete(job.id)
      wake()
    })
    active.set(job.id, { ...claimed, controller, done })
  }

  function wake(): void {
    if (stopping) return
    wokenWhileClaiming = claiming !== undefined
    claiming ??= claimAll()
      .catch((error: unknown) =>
        log('error', 'jobs could not be claimed', { error: describeError(error) }),
      )
      .finally(() => {
        claiming = undefined
        if (wokenWhileClaiming) wake()
      })
  }

  // The first look comes with the first interval, to keep start-up fast.
  const timer = setInterval(
    () => void sweep().then(wake),
    Math.min(MAX_LOOK_MILLISECONDS, leaseMilliseconds / 3),
  )
  timer.unref()

  return {
    wake,
    async stopIfCancelled(namespace, jobId) {
      const work = isId('job', jobId) ? active.get(jobId) : undefined
      if (!work || work.lease.namespace !== namespace) return
      try {
        const job = await storage.in(namespace).jobs.get(work.job.id)
        if (!job || job.cancelRequested) work.controller.abort()
      } catch (error) {
        log('warn', 'a job could not be looked at', { error: describeError(error) })
      }
    },
    async stop() {
      stopping = true
      clearInterval(timer)
      await claiming
      const works = [...active.values()]
      for (const { controller } of works) controller.abort()
      await Promise.all(works.map(({ done }) => done))
      await storage.jobs.abandon(owner)
    },
  }
}
