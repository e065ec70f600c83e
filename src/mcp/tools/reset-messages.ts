import { z } from 'zod'
import { defineTool, OVERWRITES } from '../call/define-tool.ts'
import { requireConfirmation } from '../client/confirm.ts'
import { agent, confirm } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'

export const resetMessages = defineTool({
  name: 'reset_messages',
  title: "Empty an agent's context",
  description:
    'Starts a new context: the agent keeps its memory, but sees none of the conversation so far. The conversation stays ' +
    'in recall memory and can be searched.',
  input: z.strictObject({ agent, confirm }),
  output: answer({ agent_id: z.string(), messages: z.int() }),
  scope: 'admin',
  annotations: OVERWRITES,
  async run({ agent, confirm }, context, { person }) {
    await requireConfirmation(
      { confirm, person },
      {
        refusal: 'Nothing was changed: after this the agent sees none of the conversation so far.',
        find: () => context.agents.find(agent),
        question: (name) => `Let the agent ${name} see none of the conversation so far?`,
      },
    )
    const { agentId, messages } = await context.agents.resetMessages(agent)
    return { agent_id: agentId, messages }
  },
})
