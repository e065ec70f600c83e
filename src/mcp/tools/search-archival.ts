import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { presentPage, presentPassage } from '../present/present.ts'
import {
  after,
  agent,
  archiveId,
  asOf,
  before,
  besides,
  cursor,
  excerptChars,
  explain,
  limit,
  offset,
  query,
  reference,
  refuseExcerpts,
  refuseQuery,
  tags,
} from '../present/schema.ts'
import { answer, foundPage, passageShape } from '../present/shapes.ts'
import { filtersIn, presentWhy } from '../present/why.ts'

export const searchArchival = defineTool({
  name: 'search_archival',
  title: 'Search archival memory',
  description:
    "Searches an agent's archival memory by words, tags and dates, best match first; without query, newest " +
    'first. Use it for what its memory blocks do not hold. With passage_id, gives that one between its neighbours.',
  input: z.strictObject({
    agent,
    query: query.describe('Words; any of them may match').optional(),
    passage_id: reference.optional(),
    tags: tags.optional(),
    match_all_tags: z.boolean().describe('All of the tags, not just one').optional(),
    include_superseded: z.boolean().optional(),
    explain,
    excerpt_chars: excerptChars,
    archive_id: archiveId.optional(),
    after,
    before,
    as_of: asOf,
    limit: limit(10),
    cursor,
    offset,
  }),
  output: answer({ passages: z.array(passageShape), ...foundPage }),
  scope: 'read',
  annotations: READS,
  pages: 'passages',
  async run({ agent, offset, passage_id, query, explain, ...args }, context) {
    if (passage_id !== undefined) {
      refuseQuery(query, 'passage_id')
      refuseExcerpts(args.excerpt_chars, 'passage_id')
      const passages = await context.archival.around(agent, passage_id, besides(args.limit))
      return { passages: passages.map((item) => presentPassage({ item }, offset)) }
    }
    const { match_all_tags, include_superseded, archive_id, as_of, excerpt_chars, ...filter } = args
    const page = await context.archival.search(agent, {
      ...filter,
      query,
      explain,
      matchAllTags: match_all_tags,
      includeSuperseded: include_superseded,
      archiveId: archive_id,
      asOf: as_of,
      excerptChars: excerpt_chars,
    })
    return {
      passages: page.items.map((found) => ({
        ...presentPassage(found, offset),
        ...(explain && presentWhy(found, filtersIn(args))),
      })),
      ...presentPage(page),
    }
  },
})
