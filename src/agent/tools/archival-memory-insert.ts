import { z } from 'zod'
import { toTimestamp } from '../../core/clock.ts'
import { insertPassages, preparePassages } from '../../memory/archival.ts'
import { defineInnerTool } from './define-inner-tool.ts'

export const archivalMemoryInsert = defineInnerTool({
  name: 'archival_memory_insert',
  effect: 'database',
  parameters: { content: z.string(), tags: z.array(z.string()).optional() },
  prepare: ({ content, tags }, { now }) => preparePassages([content], { tags }, now),
  async apply(tx, passages, { agent, now }) {
    const [stored] = await insertPassages(tx, agent, passages, toTimestamp(now))
    return stored?.duplicate
      ? `It is in archival memory already, as ${stored.id}.`
      : `Stored as ${stored?.id}.`
  },
})
