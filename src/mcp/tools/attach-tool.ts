import { z } from 'zod'
import { defineTool, SETS } from '../call/define-tool.ts'
import { presentAgent } from '../present/present.ts'
import { agent } from '../present/schema.ts'
import { agentShape, answer } from '../present/shapes.ts'
import { tool } from '../present/tool-schema.ts'

export const attachTool = defineTool({
  name: 'attach_tool',
  title: 'Give a tool to an agent',
  description:
    'Gives an agent a tool, and approves its present version. A tool that may do more than edit the memory of its own ' +
    'agent needs the scope admin.',
  input: z.strictObject({ agent, tool }),
  output: answer({ agent: agentShape }),
  scope: 'write',
  annotations: SETS,
  pinned: false,
  async run({ agent, tool }, context, { caller }) {
    return { agent: presentAgent(await context.tools.attach(agent, tool, caller)) }
  },
})
