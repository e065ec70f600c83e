import { getRun } from '../tools/get-run.ts'
import { type Resource, readTool } from './define-resource.ts'

export const run: Resource = {
  uri: 'recollect://runs/{run_id}',
  name: 'run',
  title: 'Run',
  description: 'What came of one message to an agent',
  mimeType: 'application/json',
  read: ({ run_id }, context) => readTool(getRun, { run_id }, context),
}
