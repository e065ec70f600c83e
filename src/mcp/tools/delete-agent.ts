import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import { defineTool } from '../define-tool.ts'
import { Question } from '../person.ts'
import { agent } from '../schema.ts'
import { answer } from '../shapes.ts'

const QUESTION = 'delete'

export const deleteAgent = defineTool({
  name: 'delete_agent',
  title: 'Delete an agent',
  description:
    'Deletes an agent with its conversation, runs and memory, for good. Blocks that other agents share stay.',
  input: z.strictObject({
    agent,
    confirm: z.boolean().describe('Must be true').optional(),
  }),
  output: answer({ deleted: z.boolean(), agent_id: z.string() }),
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  async run(args, context, { person }) {
    if (args.confirm !== true && person?.answerTo(QUESTION) !== true) {
      if (person && person.resumed === undefined) {
        const { agent } = await context.agents.get(args.agent)
        throw new Question(
          QUESTION,
          `Delete the agent ${agent.name} and its memory for good?`,
          agent.id,
        )
      }
      throw new UserError(
        'invalid_argument',
        'Nothing was deleted: this removes the agent and its memory for good. Call again with confirm: true if that is meant.',
      )
    }
    return { deleted: true, agent_id: await context.agents.delete(args.agent) }
  },
})
