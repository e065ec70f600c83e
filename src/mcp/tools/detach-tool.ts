import { z } from 'zod'
import { defineTool, SETS } from '../call/define-tool.ts'
import { presentAgent } from '../present/present.ts'
import { agent } from '../present/schema.ts'
import { agentShape, answer } from '../present/shapes.ts'
import { tool } from '../present/tool-schema.ts'

export const detachTool = defineTool({
  name: 'detach_tool',
  title: 'Take a tool from an agent',
  description: 'Takes a tool from an agent. The tool stays.',
  input: z.strictObject({ agent, tool }),
  output: answer({ agent: agentShape }),
  scope: 'write',
  annotations: SETS,
  pinned: false,
  async run({ agent, tool }, context) {
    return { agent: presentAgent(await context.tools.detach(agent, tool)) }
  },
})
