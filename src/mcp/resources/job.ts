import { listJobs } from '../tools/list-jobs.ts'
import { type Resource, readTool } from './define-resource.ts'

export const job: Resource = {
  uri: 'recollect://jobs/{job_id}',
  name: 'job',
  title: 'Job',
  description: 'How far work in the background has come, and what came of it',
  mimeType: 'application/json',
  read: ({ job_id }, context) => readTool(listJobs, { job_id }, context),
}
