import { z } from 'zod'
import { toLocal } from '../../core/dates.ts'
import { filled } from '../../core/filled.ts'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { spokenText } from '../../core/message.ts'
import { describePicture } from '../../core/picture.ts'
import { searchMessages } from '../../memory/recall.ts'
import { dateOf } from './date-of.ts'
import { defineInnerTool } from './define-inner-tool.ts'
import { MAX_RESULTS, toResultText } from './search-results.ts'

export const conversationSearch = defineInnerTool({
  name: 'conversation_search',
  effect: 'readonly',
  parameters: {
    query: text(LIMITS.query).optional(),
    roles: z.array(z.enum(['user', 'assistant', 'tool'])).optional(),
    limit: z.int().min(1).max(MAX_RESULTS).default(10),
    start_date: filled().optional(),
    end_date: filled().optional(),
  },
  async run(args, { store, agent, runId, embed }) {
    const { items, nextCursor, warnings } = await searchMessages(
      store,
      agent.id,
      {
        query: args.query,
        timezone: agent.settings.timezone,
        roles: args.roles?.length ? args.roles : undefined,
        after: dateOf(args, 'start_date', 'start', agent.settings.timezone),
        before: dateOf(args, 'end_date', 'end', agent.settings.timezone),
        limit: args.limit,
        exceptRun: runId,
      },
      embed,
    )
    const results = items.map(({ item }) => ({
      time: toLocal(item.createdAt, agent.settings.timezone),
      role: item.role,
      content: spokenText(item),
      ...(item.role === 'user' &&
        item.pictures && { pictures: item.pictures.map(describePicture) }),
    }))
    return toResultText(results, nextCursor !== undefined, warnings).text
  },
})
