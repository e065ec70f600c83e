import type { Timestamp } from '../../core/clock.ts'
import type { AgentId, JobId } from '../../core/ids.ts'
import type { Job, JobError } from '../../core/job.ts'
import type { Page, PageRequest } from '../../core/page.ts'

/* The part of the port `store.ts` for jobs: long work in the background. */

export interface NewJob extends Pick<Job, 'id' | 'kind' | 'agentId' | 'title' | 'input'> {
  /** Only one open job of a kind has the same key; empty: no key. */
  readonly key?: string
  /** Only processes that claim for this place take it; empty: any process. */
  readonly place?: string
  readonly total?: number | null
  /** Not begun before this time; absent: at once. */
  readonly startAt?: Timestamp
  readonly createdAt: Timestamp
}

export interface JobFilter extends PageRequest {
  readonly agentId?: AgentId | undefined
  readonly kind?: string | undefined
}

export interface JobReads {
  get(id: JobId): Promise<Job | undefined>
  /** Newest first. */
  list(filter: JobFilter): Promise<Page<Job>>
  /** The unfinished job of that kind with that key. */
  open(kind: string, key: string): Promise<Job | undefined>
}

/** The right to work on a job, checked in each of its transactions. A higher fence invalidates older leases. */
export interface JobLease {
  readonly namespace: string
  readonly jobId: JobId
  readonly owner: string
  readonly fence: number
}

export interface HeldJobLease extends JobLease {
  readonly expiresAt: Timestamp
}

export interface JobProgress {
  readonly done?: number
  readonly total?: number | null
  /** JSON. */
  readonly state?: string
  /** JSON; what is left of the arguments when most of them are done with. */
  readonly input?: string
}

export interface JobOutcome {
  readonly status: 'completed' | 'failed' | 'cancelled'
  readonly error: JobError | null
  readonly report: string | null
  readonly at: Timestamp
}

export interface JobWrites {
  /** Returns the new job, or the unfinished one that has its key. */
  insert(job: NewJob): Promise<Job>
  /** First statement of every transaction of the work. False: another process has the job, so nothing may be written. */
  hold(lease: JobLease, expiresAt: Timestamp): Promise<boolean>
  /** Progress ends the count of attempts. */
  progress(id: JobId, progress: JobProgress, at: Timestamp): Promise<void>
  /**
   * Ends the lease; the job is taken up again at `retryAt`. An `error` says why it has to wait, and keeps the count of
   * attempts; without one it has come as far as it could for now.
   */
  postpone(
    id: JobId,
    wait: { readonly retryAt: Timestamp; readonly error: JobError | null },
    at: Timestamp,
  ): Promise<void>
  /** The next attempt or appointment comes at once. False: the job is not waiting. */
  wake(id: JobId, at: Timestamp): Promise<boolean>
  /** A job that no process works on is cancelled at once, another by its process. False: it has ended. */
  requestCancel(id: JobId, at: Timestamp): Promise<boolean>
  /** Ends the job and its lease. False: it has ended before. */
  finish(id: JobId, outcome: JobOutcome): Promise<boolean>
  /** Returns an unfinished job to the queue unharmed: the attempt does not count. */
  release(lease: JobLease, at: Timestamp): Promise<void>
}

export interface JobClaim {
  readonly owner: string
  readonly now: Timestamp
  readonly expiresAt: Timestamp
  readonly kinds: readonly string[]
  /** Places that this process claims for, besides that of jobs for any process. */
  readonly places?: readonly string[]
  /** Jobs not to take, because this process works on them or lets them rest. */
  readonly except?: readonly JobId[]
}

/** The queue, across namespaces: a free worker takes jobs of any. */
export interface JobQueue {
  /** Takes the oldest free job whose time has come, for `owner`. Undefined: there is none. */
  next(claim: JobClaim): Promise<{ readonly job: Job; readonly lease: JobLease } | undefined>
  /** Extends a lease. False: another process has the job. */
  renew(lease: JobLease, expiresAt: Timestamp): Promise<boolean>
  /** All processes that hold a lease. */
  owners(): Promise<readonly string[]>
  /**
   * All leases. No clock decides when one has expired: it has when an observer saw no renewal for the lease time.
   */
  held(): Promise<readonly HeldJobLease[]>
  /** Ends a lease that was not renewed. False: it was renewed or released meanwhile. */
  expire(lease: HeldJobLease): Promise<boolean>
  /** Ends all leases of `owner`. */
  abandon(owner: string): Promise<void>
}
