import { listAgents } from '../tools/list-agents.ts'
import { type Resource, readTool } from './define-resource.ts'

export const agents: Resource = {
  uri: 'recollect://agents',
  name: 'agents',
  title: 'Agents',
  description: 'The agents, newest first',
  mimeType: 'application/json',
  read: (_, context) => readTool(listAgents, {}, context),
}
