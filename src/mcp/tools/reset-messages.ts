import { z } from 'zod'
import { defineTool } from '../define-tool.ts'
import { agent } from '../schema.ts'
import { answer } from '../shapes.ts'

export const resetMessages = defineTool({
  name: 'reset_messages',
  title: "Empty an agent's context",
  description:
    'Starts a new context: the agent keeps its memory, but sees none of the conversation so far. The conversation stays ' +
    'in recall memory and can be searched.',
  input: z.strictObject({ agent }),
  output: answer({ agent_id: z.string(), messages: z.int() }),
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  async run(args, context) {
    const { agentId, messages } = await context.agents.resetMessages(args.agent)
    return { agent_id: agentId, messages }
  },
})
