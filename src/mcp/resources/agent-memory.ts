import type { Resource } from './define-resource.ts'

export const agentMemory: Resource = {
  uri: 'recollect://agents/{agent_id}/memory',
  name: 'agent_memory',
  title: 'Memory of an agent',
  description: "An agent's memory blocks as its model sees them",
  mimeType: 'text/plain',
  async read({ agent_id = '' }, context) {
    return (await context.agents.inspect(agent_id)).memory
  },
}
