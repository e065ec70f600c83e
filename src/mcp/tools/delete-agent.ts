import { z } from 'zod'
import { defineTool, OVERWRITES } from '../call/define-tool.ts'
import { requireConfirmation } from '../client/confirm.ts'
import { agent, confirm } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'

export const deleteAgent = defineTool({
  name: 'delete_agent',
  title: 'Delete an agent',
  description:
    'Deletes an agent with its conversation, runs and memory, for good. Blocks that other agents share stay.',
  input: z.strictObject({
    agent,
    confirm,
  }),
  output: answer({ deleted: z.boolean(), agent_id: z.string() }),
  scope: 'admin',
  annotations: OVERWRITES,
  async run({ agent, confirm }, context, { person }) {
    await requireConfirmation(
      { confirm, person },
      {
        refusal: 'Nothing was deleted: this removes the agent and its memory for good.',
        find: () => context.agents.find(agent),
        question: (name) => `Delete the agent ${name} and its memory for good?`,
      },
    )
    return { deleted: true, agent_id: await context.agents.delete(agent) }
  },
})
