import { z } from 'zod'
import { type EmbeddingCounts, sumByModel } from '../../core/embedding-counts.ts'
import { RUN_STATUSES } from '../../core/run.ts'
import { defineTool, READS } from '../call/define-tool.ts'
import { answer } from '../present/shapes.ts'

const count = z.int()
const runs = z
  .strictObject(Object.fromEntries(RUN_STATUSES.map((status) => [status, count])))
  .partial()

const embedding = z.strictObject({
  model: z.string(),
  dimension: count.optional(),
  embedded: count,
  waiting: count,
  given_up: count,
  problem: z.string().optional(),
})

export const stats = defineTool({
  name: 'stats',
  title: 'Count what is stored',
  description:
    'Counts the agents, memory blocks, messages, passages and runs of this server, tells how many passages agents ever ' +
    'found, what is embedded and what waits to be, and how large the data is.',
  input: z.strictObject({}),
  output: answer({
    agents: count,
    blocks: count,
    messages: count,
    passages: count,
    passages_superseded: count,
    passages_found: count,
    runs,
    embeddings: z.array(embedding),
    vector_index_bytes: count,
    database_bytes: count,
    schema_version: count,
  }),
  scope: 'read',
  annotations: READS,
  async run(_, context) {
    const { runs, server, schemaVersion, agents, blocks, messages, passages, ...rest } =
      await context.stats()
    return {
      agents,
      blocks,
      messages,
      passages,
      passages_superseded: rest.archival.superseded,
      passages_found: rest.archival.found,
      runs: Object.fromEntries(Object.entries(runs).filter(([, number]) => number > 0)),
      ...(rest.embeddings.length > 0 && {
        embeddings: sumByModel(rest.embeddings).map(presentEmbedding),
        vector_index_bytes: server?.indexBytes,
      }),
      database_bytes: server?.bytes,
      schema_version: schemaVersion,
    }
  },
})

function presentEmbedding({
  handle,
  dimension,
  embedded,
  waiting,
  failed,
  problem,
}: EmbeddingCounts): z.infer<typeof embedding> {
  return {
    model: handle,
    ...(dimension !== null && { dimension }),
    embedded,
    waiting,
    given_up: failed,
    ...(problem !== null && { problem }),
  }
}
