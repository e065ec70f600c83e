import { getAgent } from '../tools/get-agent.ts'
import { type Resource, readTool } from './define-resource.ts'

export const agent: Resource = {
  uri: 'recollect://agents/{agent_id}',
  name: 'agent',
  title: 'Agent',
  description: 'An agent: its settings, blocks and how much it remembers',
  mimeType: 'application/json',
  read: ({ agent_id }, context) => readTool(getAgent, { agent: agent_id }, context),
}
