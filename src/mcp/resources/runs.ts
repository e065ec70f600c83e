import { listRuns } from '../tools/list-runs.ts'
import { type Resource, readTool } from './define-resource.ts'

export const runs: Resource = {
  uri: 'recollect://runs',
  name: 'runs',
  title: 'Runs',
  description: 'What became of the newest messages to agents, newest first',
  mimeType: 'application/json',
  read: (_, context) => readTool(listRuns, {}, context),
}
