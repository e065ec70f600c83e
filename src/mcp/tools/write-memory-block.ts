import { z } from 'zod'
import { defineTool, OVERWRITES } from '../call/define-tool.ts'
import { presentBlock } from '../present/present.ts'
import {
  agent,
  blockDescription,
  blockLimit,
  blockValue,
  expectedVersion,
  label,
  readOnly,
  reason,
} from '../present/schema.ts'
import { answer, blockShape } from '../present/shapes.ts'

export const writeMemoryBlock = defineTool({
  name: 'write_memory_block',
  title: 'Write a memory block',
  description:
    "Sets the whole value of one of an agent's memory blocks, or creates the block. Use it to rewrite a block; for a " +
    'small change replace_in_memory_block and append_to_memory_block are safer.',
  input: z.strictObject({
    agent,
    label,
    value: blockValue,
    description: blockDescription,
    limit: blockLimit,
    read_only: readOnly,
    expected_version: expectedVersion,
    reason,
  }),
  output: answer({ block: blockShape }),
  scope: 'write',
  annotations: OVERWRITES,
  async run(args, context) {
    const block = await context.memory.write(args.agent, args.label, args.value, {
      description: args.description,
      limit: args.limit,
      readOnly: args.read_only,
      expectedVersion: args.expected_version,
      reason: args.reason,
    })
    return { block: presentBlock(block) }
  },
})
