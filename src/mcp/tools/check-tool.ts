import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { answer, cut } from '../present/shapes.ts'
import { source, toolFields, toToolFields } from '../present/tool-schema.ts'
import { checkedToolShape } from '../present/tool-shapes.ts'

export const checkTool = defineTool({
  name: 'check_tool',
  title: 'Check the source of a tool',
  description:
    'Reads a function as create_tool would, and shows the name, description and parameters that the model would see, or ' +
    'what is wrong and where. Nothing is run or stored.',
  input: z.strictObject({ source, ...toolFields }),
  output: answer({ tool: checkedToolShape, ...cut }),
  scope: 'read',
  annotations: READS,
  pinned: false,
  async run(args, context, { caller }) {
    const checked = await context.tools.check(toToolFields(args), caller)
    const { name, description, language, effect, parameters } = checked
    return {
      tool: { name, description, language, effect, parameters: JSON.stringify(parameters) },
    }
  },
})
