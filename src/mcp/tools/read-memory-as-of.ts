import { z } from 'zod'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { defineTool, READS } from '../call/define-tool.ts'
import { fitBlocks } from '../present/fit-blocks.ts'
import { presentPastBlock } from '../present/present.ts'
import { agent, label, offset } from '../present/schema.ts'
import { answer, cut, pastBlockShape } from '../present/shapes.ts'

export const readMemoryAsOf = defineTool({
  name: 'read_memory_as_of',
  title: 'Read memory blocks of the past',
  description:
    'Reads the memory blocks that an agent had at a moment of the past, as they were then.',
  input: z.strictObject({
    agent,
    at: text(LIMITS.word).describe('ISO 8601; a date alone: the end of that day'),
    label: label.describe('One block only').optional(),
    offset,
  }),
  output: answer({
    agent_id: z.string(),
    at: z.string(),
    blocks: z.array(pastBlockShape),
    hint: z.string(),
    ...cut,
  }),
  scope: 'read',
  annotations: READS,
  async run(args, context) {
    const memory = await context.memory.asOf(args.agent, args.at, args.label)
    const blocks = memory.blocks.map((block) => presentPastBlock(block, args.offset))
    return fitBlocks({ agent_id: memory.agentId, at: memory.at }, blocks)
  },
})
