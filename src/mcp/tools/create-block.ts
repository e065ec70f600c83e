import { z } from 'zod'
import { ADDS, defineTool } from '../call/define-tool.ts'
import { presentBlock } from '../present/present.ts'
import { blockDescription, blockLimit, blockValue, label, readOnly } from '../present/schema.ts'
import { answer, blockShape } from '../present/shapes.ts'

export const createBlock = defineTool({
  name: 'create_block',
  title: 'Create a memory block',
  description:
    'Creates a memory block that no agent has yet, to be shared with attach_block. For a block of one agent use ' +
    'write_memory_block.',
  input: z.strictObject({
    label,
    value: blockValue,
    description: blockDescription,
    limit: blockLimit,
    read_only: readOnly,
  }),
  output: answer({ block: blockShape }),
  scope: 'write',
  annotations: ADDS,
  async run({ read_only, ...block }, context) {
    return { block: presentBlock(await context.memory.create({ ...block, readOnly: read_only })) }
  },
})
