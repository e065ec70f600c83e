import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { presentTool } from '../present/present-tool.ts'
import { offset } from '../present/schema.ts'
import { answer, cut } from '../present/shapes.ts'
import { tool } from '../present/tool-schema.ts'
import { toolShape } from '../present/tool-shapes.ts'

export const getTool = defineTool({
  name: 'get_tool',
  title: 'Show a tool of agents',
  description: 'Shows a tool that agents can have, with its source, parameters and rights.',
  input: z.strictObject({ tool, offset }),
  output: answer({ tool: toolShape, ...cut }),
  scope: 'read',
  annotations: READS,
  async run({ tool, offset }, context) {
    return { tool: presentTool(await context.tools.get(tool), offset) }
  },
})
