import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '../../core/job.ts'
import type { McpContext } from '../../service/context.ts'
import type { ToolRequest } from './define-tool.ts'

/** As long as send_message waits by default: clients end silent calls after a minute. */
const MOST_MILLISECONDS = 45_000
/** Between two looks, and so between two progress messages. Chosen by hand. */
const LOOK_MILLISECONDS = 250

/**
 * Tells a caller that wants progress how far a load is, until it ends or rests, or for some time; the job goes on
 * without the caller. Any other caller gets its job at once.
 */
export async function followJob(
  begun: Job,
  { jobs, load }: Pick<McpContext, 'jobs' | 'load'>,
  { wantsProgress, progress, signal }: Pick<ToolRequest, 'wantsProgress' | 'progress' | 'signal'>,
): Promise<Job> {
  if (!wantsProgress) return begun
  const until = performance.now() + MOST_MILLISECONDS
  let job = begun
  let told = ''
  for (;;) {
    const text = await load.progress(job)
    if (text !== told && text !== '') progress(text)
    told = text
    const rests = job.completedAt !== null || job.status === 'waiting'
    if (rests || signal.aborted || performance.now() > until) return job
    await sleep(LOOK_MILLISECONDS)
    job = await jobs.get(job.id)
  }
}
