import { z } from 'zod'
import { defineTool, SETS } from '../call/define-tool.ts'
import { presentStoredTool } from '../present/present-tool.ts'
import { version } from '../present/schema.ts'
import { answer, cut } from '../present/shapes.ts'
import { tool } from '../present/tool-schema.ts'
import { toolShape } from '../present/tool-shapes.ts'

export const restoreTool = defineTool({
  name: 'restore_tool',
  title: 'Restore a version of a tool',
  description: 'Makes an older version of a tool current again, as a new version.',
  input: z.strictObject({ tool, version }),
  output: answer({ tool: toolShape, ...cut }),
  scope: 'write',
  annotations: SETS,
  pinned: false,
  async run({ tool, version }, context, { caller }) {
    return { tool: presentStoredTool(await context.tools.restore(tool, version, caller)) }
  },
})
