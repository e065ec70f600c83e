import type { Job } from '../core/job.ts'
import type { LoadTarget } from '../core/load.ts'

/* Part of the port in `context.ts`: documents and conversations from elsewhere. */

export interface NewLoad {
  readonly agent: string
  /** One of these four; `data` is a file as base64. */
  readonly text?: string | undefined
  readonly data?: string | undefined
  readonly url?: string | undefined
  readonly path?: string | undefined
  readonly into: LoadTarget
  /** Source of its passages; default: what the file or page is called. */
  readonly name?: string | undefined
  /** Says what would be taken, and stores nothing. */
  readonly dryRun?: boolean | undefined
  /** Looks for changes until the job is cancelled; for paths. */
  readonly watch?: boolean | undefined
}

export interface LoadPort {
  /** Resolves when the job is on disk; it runs in the background. */
  begin(load: NewLoad): Promise<Job>
  /** Says in a few words how far the job is. */
  progress(job: Job): Promise<string>
}
