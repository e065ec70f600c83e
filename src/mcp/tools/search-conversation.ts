import { z } from 'zod'
import { MESSAGE_ROLES } from '../../core/message.ts'
import { defineTool, READS } from '../call/define-tool.ts'
import { presentFoundMessage, presentPage } from '../present/present.ts'
import {
  after,
  agent,
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
} from '../present/schema.ts'
import { answer, foundMessageShape, foundPage } from '../present/shapes.ts'
import { filtersIn, presentWhy } from '../present/why.ts'

export const searchConversation = defineTool({
  name: 'search_conversation',
  title: 'Search the conversation',
  description:
    'Searches all that was ever said to and by an agent, best match first; without query, newest first. With around, ' +
    'gives what was said before and after.',
  input: z.strictObject({
    agent,
    query: query.describe('Words; any of them may match').optional(),
    roles: z.array(z.enum(MESSAGE_ROLES)).optional(),
    around: reference.describe('Id of a message').optional(),
    after,
    before,
    explain,
    excerpt_chars: excerptChars,
    as_of: asOf,
    limit: limit(10),
    cursor,
    offset,
  }),
  output: answer({ messages: z.array(foundMessageShape), ...foundPage }),
  scope: 'read',
  annotations: READS,
  pages: 'messages',
  async run({ agent, offset, around, as_of, explain, excerpt_chars, ...filter }, context) {
    if (around !== undefined) {
      refuseQuery(filter.query, 'around')
      refuseExcerpts(excerpt_chars, 'around')
      const messages = await context.recall.around(agent, around, besides(filter.limit))
      return { messages: messages.map((item) => presentFoundMessage({ item }, offset)) }
    }
    const page = await context.recall.search(agent, {
      ...filter,
      explain,
      asOf: as_of,
      excerptChars: excerpt_chars,
    })
    return {
      messages: page.items.map((found) => ({
        ...presentFoundMessage(found, offset),
        ...(explain && presentWhy(found, filtersIn({ ...filter, as_of }))),
      })),
      ...presentPage(page),
    }
  },
})
