import { z } from 'zod'
import { ADDS, defineTool } from '../call/define-tool.ts'
import { presentAgent } from '../present/present.ts'
import { nonEmpty } from '../present/schema.ts'
import { agentShape, answer } from '../present/shapes.ts'

export const importAgent = defineTool({
  name: 'import_agent',
  title: 'Import an agent',
  description:
    'Makes a new agent out of the text that export_agent gave, here or on another server. No agent, block or archive ' +
    'that exists is changed; warnings tell what of it this server does not have. What does not fit into one request is ' +
    'imported on the command line: recollect import <file>.',
  input: z.strictObject({ text: nonEmpty().describe('The whole JSON text, its pages joined') }),
  output: answer({ agent: agentShape, warnings: z.array(z.string()) }),
  scope: 'write',
  annotations: ADDS,
  async run({ text }, context) {
    const { agentId, warnings } = await context.transfer.import(text)
    const agent = presentAgent(await context.agents.get(agentId))
    return { agent, ...(warnings.length > 0 && { warnings: [...warnings] }) }
  },
})
