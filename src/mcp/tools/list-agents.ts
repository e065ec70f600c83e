import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { presentCursor, presentShortAgent } from '../present/present.ts'
import { cursor, limit, query, tags } from '../present/schema.ts'
import { answer, paged, shortAgentShape } from '../present/shapes.ts'

export const listAgents = defineTool({
  name: 'list_agents',
  title: 'List agents',
  description: 'Lists agents, newest first. Use it to find which agent to talk to, and its id.',
  input: z.strictObject({
    query: query.describe('Part of the name or description').optional(),
    tags: tags.describe('Agents that have all of them').optional(),
    limit: limit(15),
    cursor,
  }),
  output: answer({ agents: z.array(shortAgentShape), ...paged }),
  scope: 'read',
  annotations: READS,
  pinned: true,
  pages: 'agents',
  async run(args, context) {
    const page = await context.agents.list(args)
    return { agents: page.items.map(presentShortAgent), ...presentCursor(page) }
  },
})
