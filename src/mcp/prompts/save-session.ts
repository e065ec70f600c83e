import { fillTemplate } from '../../core/fill-template.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import { agentArgument, type Prompt } from './define-prompt.ts'

export const saveSession: Prompt = {
  name: 'save_session',
  title: 'Save this conversation',
  description: 'Stores what this conversation taught in the memory of an agent',
  arguments: [agentArgument],
  async write({ agent = '' }, context) {
    const view = await context.agents.get(agent)
    return fillTemplate(PROMPTS['mcp-save-session'], {
      AGENT_ID: view.agent.id,
      AGENT_NAME: JSON.stringify(view.agent.name),
      LABELS: view.blocks.map(({ label }) => label).join(', ') || '(none yet)',
    })
  },
}
