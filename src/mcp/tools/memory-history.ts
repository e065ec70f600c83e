import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { presentCursor, presentVersion } from '../present/present.ts'
import { agent, cursor, label, limit } from '../present/schema.ts'
import { answer, paged, versionShape } from '../present/shapes.ts'

export const memoryHistory = defineTool({
  name: 'memory_history',
  title: 'History of a memory block',
  description:
    'Lists every change of a memory block, newest first: when, by whom, in which run, why.',
  input: z.strictObject({ agent, label, limit: limit(20), cursor }),
  output: answer({ versions: z.array(versionShape), ...paged }),
  scope: 'read',
  annotations: READS,
  pages: 'versions',
  async run({ agent, label, ...request }, context) {
    const page = await context.memory.history(agent, label, request)
    return { versions: page.items.map(presentVersion), ...presentCursor(page) }
  },
})
