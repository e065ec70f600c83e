import type { Job, JobStatus } from '../../core/job.ts'
import { allOf } from '../../core/page.ts'
import type { McpContext } from '../../service/context.ts'
import { type Route, route } from '../call/route.ts'
import { pageOfIds } from '../read/page-of-ids.ts'

/* Long work in the background: loading, tidying, digesting. */

const STATUS: Readonly<Record<JobStatus, string>> = {
  queued: 'created',
  running: 'running',
  waiting: 'pending',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
}

const NEWEST = { order: 'desc', limit: 50 } as const

export const jobRoutes: readonly Route[] = [
  route('GET', '/v1/jobs', 'read', async ({ query, context }) => {
    const isActive = query.flag('active') ?? false
    const jobs = (await jobsOf(context)).filter((job) => !isActive || job.completedAt === null)
    return pageOfIds(jobs, ({ id }) => id, query.walk(NEWEST)).map(presentJob)
  }),

  route('GET', '/v1/jobs/active', 'read', async ({ query, context }) => {
    const jobs = (await jobsOf(context)).filter(({ completedAt }) => completedAt === null)
    return pageOfIds(jobs, ({ id }) => id, query.walk(NEWEST)).map(presentJob)
  }),

  route('GET', '/v1/jobs/{job_id}', 'read', async ({ params, context }) =>
    presentJob(await context.jobs.get(params.job_id)),
  ),

  route('PATCH', '/v1/jobs/{job_id}/cancel', 'write', async ({ params, context }) =>
    presentJob(await context.jobs.cancel(params.job_id)),
  ),
]

/** Oldest first. */
async function jobsOf({ jobs }: McpContext): Promise<readonly Job[]> {
  return (await allOf((page) => jobs.list(page))).toReversed()
}

function presentJob(job: Job) {
  return {
    id: job.id,
    job_type: 'job',
    status: STATUS[job.status],
    agent_id: job.agentId,
    metadata: { kind: job.kind, title: job.title, done: job.done, total: job.total },
    error: job.error?.message ?? null,
    created_at: job.createdAt,
    completed_at: job.completedAt,
    stop_reason: null,
    user_id: null,
  }
}
