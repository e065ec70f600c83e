import type { z } from 'zod'
import type { Job } from '../../core/job.ts'
import type { jobShape } from './run-shapes.ts'

export function presentJob(job: Job): z.infer<typeof jobShape> {
  return {
    job_id: job.id,
    kind: job.kind,
    ...(job.agentId !== null && { agent_id: job.agentId }),
    title: job.title,
    status: job.status,
    done: job.done,
    ...(job.total !== null && { total: job.total }),
    ...(job.error !== null && { error: job.error }),
    ...(job.report !== null && { report: job.report }),
    ...(job.status === 'waiting' && job.retryAt !== null && { retry_at: job.retryAt }),
    created_at: job.createdAt,
    ...(job.completedAt !== null && { completed_at: job.completedAt }),
  }
}
