import { z } from 'zod'
import { defineTool, OVERWRITES } from '../call/define-tool.ts'
import { presentAgent } from '../present/present.ts'
import { agent, blockId } from '../present/schema.ts'
import { agentShape, answer } from '../present/shapes.ts'

export const detachBlock = defineTool({
  name: 'detach_block',
  title: 'Detach a memory block',
  description:
    'Takes a memory block out of the sight of one agent. The block is kept, and can be attached again.',
  input: z.strictObject({ agent, block_id: blockId }),
  output: answer({ agent: agentShape }),
  scope: 'write',
  annotations: OVERWRITES,
  async run(args, context) {
    return { agent: presentAgent(await context.agents.detachBlock(args.agent, args.block_id)) }
  },
})
