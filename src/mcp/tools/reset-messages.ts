import { z } from 'zod'
import { defineTool } from '../call/define-tool.ts'
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
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  async run({ agent, confirm }, context, { person }) {
    await requireConfirmation({
      confirm,
      person,
      refusal: 'Nothing was changed: after this the agent sees none of the conversation so far.',
      question: async () => {
        const { id, name } = await context.agents.find(agent)
        return { text: `Let the agent ${name} see none of the conversation so far?`, about: id }
      },
    })
    const { agentId, messages } = await context.agents.resetMessages(agent)
    return { agent_id: agentId, messages }
  },
})
