import { z } from 'zod'
import { defineTool, OVERWRITES } from '../call/define-tool.ts'
import { presentJob } from '../present/present-job.ts'
import { jobShape } from '../present/run-shapes.ts'
import { jobId } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'

export const cancelJob = defineTool({
  name: 'cancel_job',
  title: 'Cancel a job',
  description:
    'Stops work in the background, such as loading documents. What it has already stored stays; one that has ended stays as it is.',
  input: z.strictObject({ job_id: jobId }),
  output: answer({ jobs: z.array(jobShape) }),
  scope: 'write',
  pinned: true,
  annotations: OVERWRITES,
  async run({ job_id }, context) {
    return { jobs: [presentJob(await context.jobs.cancel(job_id))] }
  },
})
