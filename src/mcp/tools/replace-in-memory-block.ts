import { z } from 'zod'
import { defineTool } from '../call/define-tool.ts'
import { presentBlock } from '../present/present.ts'
import { agent, blockValue, expectedVersion, label, reason } from '../present/schema.ts'
import { answer, blockShape } from '../present/shapes.ts'

export const replaceInMemoryBlock = defineTool({
  name: 'replace_in_memory_block',
  title: 'Replace text in a memory block',
  description:
    'Corrects a fact in a memory block: replaces old_text, which must occur exactly once.',
  input: z.strictObject({
    agent,
    label,
    old_text: blockValue,
    new_text: blockValue.describe('Empty deletes'),
    expected_version: expectedVersion,
    reason,
  }),
  output: answer({ block: blockShape }),
  scope: 'write',
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: false,
  },
  async run(args, context) {
    const { agent, label, old_text, new_text, expected_version, reason } = args
    const options = { expectedVersion: expected_version, reason }
    const block = await context.memory.replace(agent, label, old_text, new_text, options)
    return { block: presentBlock(block) }
  },
})
