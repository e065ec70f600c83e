import { z } from 'zod'
import { ADDS, defineTool } from '../call/define-tool.ts'
import { presentBlock } from '../present/present.ts'
import { agent, expectedVersion, label, nonEmpty, reason } from '../present/schema.ts'
import { answer, blockShape } from '../present/shapes.ts'

export const appendToMemoryBlock = defineTool({
  name: 'append_to_memory_block',
  title: 'Append to a memory block',
  description: 'Adds a fact to the end of an existing memory block, on a new line.',
  input: z.strictObject({
    agent,
    label,
    text: nonEmpty(),
    expected_version: expectedVersion,
    reason,
  }),
  output: answer({ block: blockShape }),
  scope: 'write',
  annotations: ADDS,
  async run(args, context) {
    const { agent, label, text, expected_version, reason } = args
    const options = { expectedVersion: expected_version, reason }
    const block = await context.memory.append(agent, label, text, options)
    return { block: presentBlock(block) }
  },
})
