import { z } from 'zod'
import { defineTool, OVERWRITES } from '../call/define-tool.ts'
import { presentBlock } from '../present/present.ts'
import { agent, label, version } from '../present/schema.ts'
import { answer, blockShape } from '../present/shapes.ts'

export const restoreMemoryBlock = defineTool({
  name: 'restore_memory_block',
  title: 'Restore a memory block',
  description:
    'Sets the value of a memory block back to that of an older version, as a new version: nothing of the history is lost.',
  input: z.strictObject({ agent, label, version }),
  output: answer({ block: blockShape }),
  scope: 'write',
  annotations: OVERWRITES,
  async run(args, context) {
    const block = await context.memory.restore(args.agent, args.label, args.version)
    return { block: presentBlock(block) }
  },
})
