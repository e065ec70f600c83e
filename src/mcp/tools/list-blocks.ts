import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { presentCursor, presentListedBlock } from '../present/present.ts'
import { cursor, limit, offset, query } from '../present/schema.ts'
import { answer, listedBlockShape, paged } from '../present/shapes.ts'

export const listBlocks = defineTool({
  name: 'list_blocks',
  title: 'List memory blocks',
  description:
    'Lists memory blocks of all agents and of none, newest first, with the beginning of each value. Use it to find a ' +
    'block to share or to attach again.',
  input: z.strictObject({
    query: query.describe('Part of the label, description or value; or a block id').optional(),
    limit: limit(20),
    cursor,
    offset,
  }),
  output: answer({ blocks: z.array(listedBlockShape), ...paged }),
  scope: 'read',
  annotations: READS,
  pages: 'blocks',
  async run({ offset, ...filter }, context) {
    const page = await context.memory.list(filter)
    return {
      blocks: page.items.map((block) => presentListedBlock(block, offset)),
      ...presentCursor(page),
    }
  },
})
