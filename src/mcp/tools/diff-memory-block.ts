import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { pieceOf } from '../present/fit.ts'
import { agent, label, offset, version } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'

export const diffMemoryBlock = defineTool({
  name: 'diff_memory_block',
  title: 'Compare versions of a memory block',
  description: 'Shows as a unified diff what changed in a memory block between two versions.',
  input: z.strictObject({
    agent,
    label,
    from_version: version,
    to_version: version.describe('The present one if absent').optional(),
    offset,
  }),
  output: answer({ diff: z.string(), chars: z.int(), next_offset: z.int() }),
  scope: 'read',
  annotations: READS,
  async run({ agent, label, from_version, to_version, offset }, context) {
    const whole = await context.memory.diff(agent, label, from_version, to_version)
    const { text, chars, nextOffset } = pieceOf(whole, offset)
    return { diff: text, chars, ...(nextOffset !== undefined && { next_offset: nextOffset }) }
  },
})
