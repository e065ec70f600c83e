import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { pieceOf } from '../present/fit.ts'
import { offset, version } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'
import { tool } from '../present/tool-schema.ts'

export const diffTool = defineTool({
  name: 'diff_tool',
  title: 'Compare versions of a tool',
  description:
    'Shows as a unified diff what changed in a tool between two versions: its source, texts and rights.',
  input: z.strictObject({
    tool,
    from_version: version,
    to_version: version.describe('The present one if absent').optional(),
    offset,
  }),
  output: answer({ diff: z.string(), chars: z.int(), next_offset: z.int() }),
  scope: 'read',
  annotations: READS,
  async run({ tool, from_version, to_version, offset }, context) {
    const whole = await context.tools.diff(tool, from_version, to_version)
    const { text, chars, nextOffset } = pieceOf(whole, offset)
    return { diff: text, chars, ...(nextOffset !== undefined && { next_offset: nextOffset }) }
  },
})
