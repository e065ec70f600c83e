import { fillTemplate } from '../../core/fill-template.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import { agentArgument, fence, type Prompt } from './define-prompt.ts'

export const loadMemory: Prompt = {
  name: 'load_memory',
  title: "Load an agent's memory",
  description: 'Brings what an agent remembers into this conversation, as data',
  arguments: [agentArgument],
  async write({ agent = '' }, context) {
    const view = await context.agents.get(agent)
    const { memory } = await context.agents.inspect(view.agent.id)
    return fillTemplate(PROMPTS['mcp-load-memory'], {
      AGENT_ID: view.agent.id,
      AGENT_NAME: JSON.stringify(view.agent.name),
      MEMORY: fence(memory),
      ARCHIVAL_COUNT: String(view.counts.passages),
      MESSAGE_COUNT: String(view.counts.messages),
    })
  },
}
