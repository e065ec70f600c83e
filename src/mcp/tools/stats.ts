import { z } from 'zod'
import { RUN_STATUSES } from '../../core/run.ts'
import { defineTool, READS } from '../define-tool.ts'
import { answer } from '../shapes.ts'

const count = z.int()
const runs = z
  .strictObject(Object.fromEntries(RUN_STATUSES.map((status) => [status, count])))
  .partial()

export const stats = defineTool({
  name: 'stats',
  title: 'Count what is stored',
  description:
    'Counts the agents, memory blocks, messages, passages and runs of this server, and tells how large its data is.',
  input: z.strictObject({}),
  output: answer({
    agents: count,
    blocks: count,
    messages: count,
    passages: count,
    runs,
    database_bytes: count,
    schema_version: count,
  }),
  annotations: READS,
  async run(_, context) {
    const { runs, bytes, schemaVersion, agents, blocks, messages, passages } = await context.stats()
    return {
      agents,
      blocks,
      messages,
      passages,
      runs: Object.fromEntries(Object.entries(runs).filter(([, number]) => number > 0)),
      database_bytes: bytes,
      schema_version: schemaVersion,
    }
  },
})
