import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { fitBlocks } from '../present/fit-blocks.ts'
import { presentBlock } from '../present/present.ts'
import { agent, label, offset } from '../present/schema.ts'
import { answer, blockShape, cut } from '../present/shapes.ts'

export const readMemory = defineTool({
  name: 'read_memory',
  title: 'Read memory blocks',
  description:
    "Reads an agent's memory blocks: the text that the agent always sees, such as who it is and what it knows of its user.",
  input: z.strictObject({
    agent,
    label: label.describe('One block only').optional(),
    offset,
  }),
  output: answer({ agent_id: z.string(), blocks: z.array(blockShape), hint: z.string(), ...cut }),
  scope: 'read',
  annotations: READS,
  async run(args, context) {
    const memory = await context.memory.read(args.agent, args.label)
    const blocks = memory.blocks.map((block) => presentBlock(block, args.offset))
    return fitBlocks({ agent_id: memory.agentId }, blocks)
  },
})
