import { z } from 'zod'
import { ADDS, defineTool } from '../call/define-tool.ts'
import { presentAgent } from '../present/present.ts'
import { nonEmpty } from '../present/schema.ts'
import { agentShape, answer } from '../present/shapes.ts'
import { groupShape, presentGroup } from '../present/team-shapes.ts'

export const importAgent = defineTool({
  name: 'import_agent',
  title: 'Import an agent',
  description:
    'Makes a new agent, or a group with its agents, out of the text that export_agent gave, here or on another ' +
    'server, or out of an agent file of Letta (.af), which may hold several. No agent, block or archive that exists ' +
    'is changed; warnings tell what of it has no place here. What does not fit into one request is imported on the ' +
    'command line: recollect import <file>.',
  input: z.strictObject({ text: nonEmpty().describe('The whole JSON text, its pages joined') }),
  output: answer({
    agent: agentShape,
    group: groupShape,
    // Set if the file had several; `agent` is the first.
    agent_ids: z.array(z.string()),
    warnings: z.array(z.string()),
  }),
  scope: 'write',
  annotations: ADDS,
  async run({ text }, context, { caller }) {
    const { agentId, agentIds, groupId, warnings } = await context.transfer.import(text, {
      scopes: [...caller.scopes],
    })
    const agent = presentAgent(await context.agents.get(agentId))
    const group = groupId && presentGroup(await context.groups.get(groupId))
    return {
      agent,
      ...(group && { group }),
      ...(agentIds.length > 1 && { agent_ids: [...agentIds] }),
      ...(warnings.length > 0 && { warnings: [...warnings] }),
    }
  },
})
