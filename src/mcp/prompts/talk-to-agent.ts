import { fillTemplate } from '../../core/fill-template.ts'
import { LIMITS } from '../../core/limits.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import { agentArgument, fence, type Prompt } from './define-prompt.ts'

export const talkToAgent: Prompt = {
  name: 'talk_to_agent',
  title: 'Talk to an agent',
  description: 'Gives a message to an agent and shows its reply',
  arguments: [
    agentArgument,
    { name: 'message', description: 'What to tell it', required: true, limit: LIMITS.message },
  ],
  async write({ agent = '', message = '' }, context) {
    const view = await context.agents.get(agent)
    return fillTemplate(PROMPTS['mcp-talk-to-agent'], {
      AGENT_ID: view.agent.id,
      AGENT_NAME: JSON.stringify(view.agent.name),
      MESSAGE: fence(message),
    })
  },
}
