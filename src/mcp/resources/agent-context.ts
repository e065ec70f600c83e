import { inspectContext } from '../tools/inspect-context.ts'
import { type Resource, readTool } from './define-resource.ts'

export const agentContext: Resource = {
  uri: 'recollect://agents/{agent_id}/context',
  name: 'agent_context',
  title: 'Context window of an agent',
  description: "What fills an agent's context window, in tokens",
  mimeType: 'application/json',
  read: ({ agent_id }, context) => readTool(inspectContext, { agent: agent_id }, context),
}
