import type { Job, JobError } from '../core/job.ts'
import type { JobProgress, Store, Transaction } from '../storage/port/store.ts'

/** Does the jobs of one kind. Load its code on first use. */
export interface JobHandler {
  /**
   * Works from `job.state` on until the end, or as far as it can. Errors thrown end this attempt: a UserError the user
   * can fix ends the job, any other is tried again after a pause. When `signal` fires, it stops soon, with any error.
   */
  run(work: JobWork, signal: AbortSignal): Promise<JobEnd>
}

export type JobEnd =
  | {
      readonly kind: 'done'
      /** The outcome in sentences. */
      readonly report: string
      readonly goesOn?: GoesOn
    }
  | {
      /** Goes on at that time (milliseconds since 1970), or when `tx.jobs.wake` is called. */
      readonly kind: 'later'
      readonly at: number
      readonly error?: JobError
      readonly goesOn?: GoesOn
    }

/**
 * Checked in the transaction that ends the job or puts it aside: if true, it goes on at once instead. What happened just
 * before it, for example the end of the run that it waits for, is not missed that way.
 */
export type GoesOn = (tx: Transaction) => Promise<boolean>

/** A job that this process works on. */
export interface JobWork {
  readonly job: Job
  /** The namespace of the job. */
  readonly namespace: string
  readonly store: Store
  /**
   * Runs a transaction that verifies the lease first, so a process that wakes up late can do no harm. Progress is
   * committed with what `work` writes: after a crash, the job goes on from there. Throws LostLease.
   */
  save<T>(
    work: (tx: Transaction, at: string) => Promise<T>,
    progress?: JobProgress | ((result: T) => JobProgress),
  ): Promise<T>
}

/** Another process has the job now, or it has ended. */
export class LostLease extends Error {}
