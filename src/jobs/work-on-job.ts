import { type Clock, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { Job, JobError } from '../core/job.ts'
import { describeError, type Log } from '../core/log.ts'
import type { JobLease, JobProgress, Store, Transaction } from '../storage/port/store.ts'
import { type JobHandler, type JobWork, LostLease } from './job-handler.ts'

/** A job that this many processes began without any progress fails. Chosen by hand. */
const MAX_ATTEMPTS = 5

export interface Claimed {
  readonly job: Job
  readonly lease: JobLease
}

export interface WorkTools {
  readonly store: Store
  readonly handler: () => Promise<JobHandler>
  readonly clock: Clock
  readonly leaseMilliseconds: number
  /** Pause after the first failed attempt; doubles with each further one. */
  readonly firstPauseMilliseconds: number
  readonly log: Log
}

/** Works on a claimed job until it ends, waits, or `signal` fires; then the lease has ended. Never throws. */
export async function workOnJob(
  { job, lease }: Claimed,
  tools: WorkTools,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock, leaseMilliseconds, firstPauseMilliseconds, log } = tools
  let hasProgressed = false

  async function held<T>(work: (tx: Transaction, at: string) => Promise<T>): Promise<T> {
    const now = clock()
    const expiresAt = toTimestamp(now + leaseMilliseconds)
    return store.transaction(async (tx) => {
      if (!(await tx.jobs.hold(lease, expiresAt))) throw new LostLease()
      return work(tx, toTimestamp(now))
    })
  }

  const save: JobWork['save'] = async (work, progress) => {
    const result = await held(async (tx, at) => {
      const made = await work(tx, at)
      const reached: JobProgress | undefined =
        typeof progress === 'function' ? progress(made) : progress
      if (reached) await tx.jobs.progress(job.id, reached, at)
      return made
    })
    hasProgressed ||= progress !== undefined
    return result
  }

  async function end(): Promise<void> {
    if (job.cancelRequested) return finish('cancelled', null)
    if (job.attempts > MAX_ATTEMPTS) return fail(GIVEN_UP)
    const handler = await tools.handler()
    const ended = await handler.run({ job, namespace: lease.namespace, store, save }, signal)
    await held(async (tx, at) => {
      if (await ended.goesOn?.(tx))
        return tx.jobs.postpone(job.id, { retryAt: at, error: null }, at)
      if (ended.kind === 'done') {
        const { report } = ended
        await tx.jobs.finish(job.id, { status: 'completed', error: null, report, at })
        return
      }
      const wait = { retryAt: toTimestamp(ended.at), error: ended.error ?? null }
      await tx.jobs.postpone(job.id, wait, at)
    })
  }

  const finish = (
    status: 'failed' | 'cancelled',
    error: JobError | null,
    report: string | null = null,
  ) => held((tx, at) => tx.jobs.finish(job.id, { status, error, report, at })).then(() => undefined)
  const fail = (error: JobError) => finish('failed', error)

  async function afterError(error: unknown): Promise<void> {
    if (error instanceof LostLease) return
    const current = await store.jobs.get(job.id)
    if (current?.cancelRequested) return finish('cancelled', null, current.report)
    if (signal.aborted) {
      await store.transaction((tx) => tx.jobs.release(lease, toTimestamp(clock())))
      return
    }
    const told = toJobError(error)
    if (told.code === 'internal')
      log('error', 'a job failed', { job: job.id, kind: job.kind, error: describeError(error) })
    const attempts = hasProgressed ? 1 : job.attempts
    if (!isPassing(told) || attempts >= MAX_ATTEMPTS) return fail(told)
    const retryAt = toTimestamp(clock() + firstPauseMilliseconds * 2 ** (attempts - 1))
    await held((tx, at) => tx.jobs.postpone(job.id, { retryAt, error: told }, at))
  }

  await end()
    .catch(afterError)
    .catch((error: unknown) => {
      if (!(error instanceof LostLease))
        log('warn', 'a job could not be put aside', { job: job.id, error: describeError(error) })
    })
}

const GIVEN_UP: JobError = {
  code: 'internal',
  message: `Recollect stopped ${MAX_ATTEMPTS} times while it worked on this job, which made no progress. Start it again; if that fails too, look into the log of the server.`,
}

function toJobError(error: unknown): JobError {
  if (error instanceof UserError) return { code: error.code, message: error.message }
  return {
    code: 'internal',
    message: 'An unexpected error happened; the log of the server says more. Start the job again.',
  }
}

/** Whether another attempt may help. */
function isPassing({ code }: JobError): boolean {
  return ['busy', 'storage_full', 'model_unavailable', 'internal'].includes(code)
}
