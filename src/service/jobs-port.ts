import type { Job } from '../core/job.ts'
import type { Page, PageRequest } from '../core/page.ts'

/* Part of the port in `context.ts`: long work in the background. */

export interface JobsPort {
  /** With `agent`, only if the job is for that agent. */
  get(jobId: string, agent?: string): Promise<Job>
  /** Newest first; without `agent`, the jobs for all agents and for none. */
  list(
    filter: PageRequest & {
      readonly agent?: string | undefined
      readonly kind?: string | undefined
    },
  ): Promise<Page<Job>>
  /** A job that has ended stays as it is. One under way stops soon. */
  cancel(jobId: string): Promise<Job>
}
