import { z } from 'zod'
import { defineTool, READS } from '../define-tool.ts'
import { presentPage, presentPassage } from '../present.ts'
import { after, agent, before, cursor, limit, offset, tags } from '../schema.ts'
import { answer, foundPage, passageShape } from '../shapes.ts'

export const searchArchival = defineTool({
  name: 'search_archival',
  title: 'Search archival memory',
  description:
    "Searches an agent's archival memory by words, tags and dates, best match first; without query, newest " +
    'first. Use it for what its memory blocks do not hold.',
  input: z.strictObject({
    agent,
    query: z.string().describe('Words; one of them is enough').optional(),
    tags: tags.optional(),
    match_all_tags: z.boolean().describe('All of the tags, not just one').optional(),
    after,
    before,
    limit: limit(10),
    cursor,
    offset,
  }),
  output: answer({ passages: z.array(passageShape), ...foundPage }),
  annotations: READS,
  pages: 'passages',
  async run({ agent, offset, match_all_tags, ...filter }, context) {
    const page = await context.archival.search(agent, { ...filter, matchAllTags: match_all_tags })
    return {
      passages: page.items.map((found) => presentPassage(found, offset)),
      ...presentPage(page),
    }
  },
})
