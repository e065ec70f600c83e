import { z } from 'zod'
import { defineTool, SETS } from '../call/define-tool.ts'
import { presentAgent } from '../present/present.ts'
import { agent, blockId } from '../present/schema.ts'
import { agentShape, answer } from '../present/shapes.ts'

export const attachBlock = defineTool({
  name: 'attach_block',
  title: 'Attach a memory block',
  description:
    'Gives an agent a memory block, which it then shares with the other agents that have it. It must not have one of ' +
    'that label already.',
  input: z.strictObject({ agent, block_id: blockId }),
  output: answer({ agent: agentShape }),
  scope: 'write',
  annotations: SETS,
  // A client that is limited to one agent must not learn of other blocks.
  pinned: false,
  async run(args, context) {
    return { agent: presentAgent(await context.agents.attachBlock(args.agent, args.block_id)) }
  },
})
