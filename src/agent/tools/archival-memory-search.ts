import { z } from 'zod'
import { toLocal } from '../../core/dates.ts'
import { filled } from '../../core/filled.ts'
import { list, text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { searchPassages } from '../../memory/archival.ts'
import { dateOf } from './date-of.ts'
import { defineInnerTool } from './define-inner-tool.ts'
import { MAX_RESULTS, toResultText } from './search-results.ts'

export const archivalMemorySearch = defineInnerTool({
  name: 'archival_memory_search',
  effect: 'readonly',
  parameters: {
    query: text(LIMITS.query).optional(),
    tags: list(text(LIMITS.tag), LIMITS.tags).optional(),
    tag_match_mode: z.enum(['any', 'all']).default('any'),
    top_k: z.int().min(1).max(MAX_RESULTS).default(10),
    start_datetime: filled().optional(),
    end_datetime: filled().optional(),
  },
  async run(args, { store, agent, embed }) {
    const { items, nextCursor, warnings } = await searchPassages(
      store,
      agent.id,
      {
        query: args.query,
        timezone: agent.settings.timezone,
        tags: args.tags,
        matchAllTags: args.tag_match_mode === 'all',
        after: dateOf(args, 'start_datetime', 'start', agent.settings.timezone),
        before: dateOf(args, 'end_datetime', 'end', agent.settings.timezone),
        limit: args.top_k,
      },
      embed,
    )
    const results = items.map(({ item }) => ({
      id: item.id,
      time: toLocal(item.createdAt, agent.settings.timezone),
      ...(item.tags.length > 0 && { tags: item.tags }),
      ...(item.source !== '' && { source: item.source }),
      content: item.text,
    }))
    const { text, shown } = toResultText(results, nextCursor !== undefined, warnings)
    return { text, found: items.slice(0, shown).map(({ item }) => item.id) }
  },
})
