import { z } from 'zod'
import { ADDS, defineTool } from '../call/define-tool.ts'
import { presentStoredTool } from '../present/present-tool.ts'
import { answer, cut } from '../present/shapes.ts'
import { source, toolFields, toToolFields } from '../present/tool-schema.ts'
import { toolShape } from '../present/tool-shapes.ts'

export const createTool = defineTool({
  name: 'create_tool',
  title: 'Create a tool for agents',
  description:
    'Stores a function in Python or TypeScript as a tool that agents can call. It is not run now; it runs in a sandbox ' +
    'without files, processes or network. Try it with run_tool, then give it to an agent with attach_tool.',
  input: z.strictObject({ source, ...toolFields }),
  output: answer({ tool: toolShape, ...cut }),
  scope: 'write',
  annotations: ADDS,
  pinned: false,
  async run(args, context, { caller }) {
    return { tool: presentStoredTool(await context.tools.create(toToolFields(args), caller)) }
  },
})
