import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { presentArchive, presentCursor } from '../present/present.ts'
import { agent, cursor, limit, reference } from '../present/schema.ts'
import { answer, archiveShape, paged } from '../present/shapes.ts'

export const listArchives = defineTool({
  name: 'list_archives',
  title: 'List archives',
  description:
    'Lists the archives in which passages are kept, newest first: all, or those of one agent. Use it to find one to share, ' +
    'or to see how much an agent keeps and ever finds again.',
  input: z.strictObject({
    agent: agent.optional(),
    archive_id: reference.describe('Only this one').optional(),
    limit: limit(20),
    cursor,
  }),
  output: answer({ archives: z.array(archiveShape), ...paged }),
  scope: 'read',
  annotations: READS,
  pages: 'archives',
  async run({ archive_id, ...filter }, context) {
    const page = await context.archives.list({ ...filter, archiveId: archive_id })
    return { archives: page.items.map(presentArchive), ...presentCursor(page) }
  },
})
