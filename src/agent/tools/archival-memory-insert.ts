import { z } from 'zod'
import { toTimestamp } from '../../core/clock.ts'
import { filled } from '../../core/filled.ts'
import { list, text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { chooseSimilar, findSimilar } from '../../memory/find-similar.ts'
import { insertPassages, preparePassages } from '../../memory/insert-passages.ts'
import { defineInnerTool } from './define-inner-tool.ts'
import { tellSimilar } from './tell-similar.ts'

export const archivalMemoryInsert = defineInnerTool({
  name: 'archival_memory_insert',
  effect: 'database',
  parameters: {
    content: z.string(),
    tags: list(text(LIMITS.tag), LIMITS.tags).optional(),
    supersedes: filled().optional(),
  },
  async prepare({ content, tags, supersedes }, { store, agent, now }) {
    const passages = preparePassages([content], { tags }, now)
    return { passages, supersedes, similar: await findSimilar(store, agent, passages) }
  },
  async apply(tx, { passages, supersedes, similar }, { agent, now }) {
    const inserted = await insertPassages(tx, agent, passages, { supersedes }, toTimestamp(now))
    const [stored] = inserted
    const done = stored?.duplicate
      ? `It is in archival memory already, as ${stored.id}.`
      : `Stored as ${stored?.id}.`
    const replaced = supersedes === undefined ? [] : [`It takes the place of ${supersedes}.`]
    const others = chooseSimilar(similar, inserted, supersedes)
    return [done, ...replaced, ...tellSimilar(others)].join(' ')
  },
})
