import { listJobs } from '../tools/list-jobs.ts'
import { type Resource, readTool } from './define-resource.ts'

export const jobs: Resource = {
  uri: 'recollect://jobs',
  name: 'jobs',
  title: 'Jobs',
  description: 'Long work in the background and how far it has come, newest first',
  mimeType: 'application/json',
  read: (_, context) => readTool(listJobs, {}, context),
}
