import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { presentAgent } from '../present/present.ts'
import { agent } from '../present/schema.ts'
import { agentShape, answer } from '../present/shapes.ts'

export const getAgent = defineTool({
  name: 'get_agent',
  title: 'Get an agent',
  description:
    "Shows an agent's settings, its memory blocks (without their values) and how much it remembers.",
  input: z.strictObject({ agent }),
  output: answer({ agent: agentShape }),
  scope: 'read',
  annotations: READS,
  async run(args, context) {
    return { agent: presentAgent(await context.agents.get(args.agent)) }
  },
})
