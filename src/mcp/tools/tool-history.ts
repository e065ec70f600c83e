import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { presentCursor } from '../present/present.ts'
import { presentToolVersion } from '../present/present-tool.ts'
import { cursor, limit } from '../present/schema.ts'
import { answer, paged } from '../present/shapes.ts'
import { tool } from '../present/tool-schema.ts'
import { toolVersionShape } from '../present/tool-shapes.ts'

export const toolHistory = defineTool({
  name: 'tool_history',
  title: 'History of a tool of agents',
  description: 'Lists every version of a tool, newest first: when, by whom, in which run, why.',
  input: z.strictObject({ tool, limit: limit(20), cursor }),
  output: answer({ versions: z.array(toolVersionShape), ...paged }),
  scope: 'read',
  annotations: READS,
  pages: 'versions',
  async run({ tool, ...request }, context) {
    const page = await context.tools.history(tool, request)
    return { versions: page.items.map(presentToolVersion), ...presentCursor(page) }
  },
})
