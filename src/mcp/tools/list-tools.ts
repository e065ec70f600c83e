import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { presentCursor } from '../present/present.ts'
import { presentListedTool } from '../present/present-tool.ts'
import { agent, cursor, limit, query, tags } from '../present/schema.ts'
import { answer, paged } from '../present/shapes.ts'
import { listedToolShape } from '../present/tool-shapes.ts'

export const listTools = defineTool({
  name: 'list_tools',
  title: 'List tools of agents',
  description:
    'Lists the tools that agents can have: those of users, newest first, then the built-in ones. With agent, only those ' +
    'that it has.',
  input: z.strictObject({
    query: query.describe('Part of the name or description').optional(),
    agent: agent.optional(),
    tags: tags.describe('All of these').optional(),
    limit: limit(20),
    cursor,
  }),
  output: answer({ tools: z.array(listedToolShape), ...paged }),
  scope: 'read',
  annotations: READS,
  pages: 'tools',
  async run(args, context) {
    const page = await context.tools.list(args)
    return { tools: page.items.map(presentListedTool), ...presentCursor(page) }
  },
})
