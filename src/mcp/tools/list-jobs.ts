import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { presentCursor } from '../present/present.ts'
import { presentJob } from '../present/present-job.ts'
import { jobShape } from '../present/run-shapes.ts'
import { agent, cursor, jobId, limit } from '../present/schema.ts'
import { answer, paged } from '../present/shapes.ts'

export const listJobs = defineTool({
  name: 'list_jobs',
  title: 'List jobs',
  description:
    'Shows long work in the background, such as loading documents: how far it has come and what came of it. ' +
    'Newest first, or the one with that job_id.',
  input: z.strictObject({
    job_id: jobId.optional(),
    agent: agent.optional(),
    kind: z.string().max(64).describe('Only jobs of that kind, like load').optional(),
    limit: limit(10),
    cursor,
  }),
  output: answer({ jobs: z.array(jobShape), ...paged }),
  scope: 'read',
  annotations: READS,
  pages: 'jobs',
  async run({ job_id, ...filter }, context) {
    if (job_id !== undefined)
      return { jobs: [presentJob(await context.jobs.get(job_id, filter.agent))] }
    const page = await context.jobs.list(filter)
    return { jobs: page.items.map(presentJob), ...presentCursor(page) }
  },
})
