import { z } from 'zod'
import { RUN_STATUSES } from '../../core/run.ts'
import type { Stats } from '../context.ts'
import { defineTool, READS } from '../define-tool.ts'
import { answer } from '../shapes.ts'

const count = z.int()
const runs = z
  .strictObject(Object.fromEntries(RUN_STATUSES.map((status) => [status, count])))
  .partial()

const embeddings = z.array(
  z.strictObject({
    model: z.string(),
    dimension: count.optional(),
    embedded: count,
    waiting: count,
    given_up: count,
    problem: z.string().optional(),
  }),
)

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
    embeddings,
    vector_index_bytes: count,
    database_bytes: count,
    schema_version: count,
  }),
  annotations: READS,
  async run(_, context) {
    const { runs, bytes, schemaVersion, agents, blocks, messages, passages, ...rest } =
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
        embeddings: byModel(rest.embeddings),
        vector_index_bytes: rest.indexBytes,
      }),
      database_bytes: bytes,
      schema_version: schemaVersion,
    }
  },
})

/** Sets of the same model together; there may be one for every agent. */
function byModel(sets: Stats['embeddings']): z.infer<typeof embeddings> {
  const models = new Map<string, z.infer<typeof embeddings>[number]>()
  for (const { handle, dimension, embedded, waiting, failed, problem } of sets) {
    const key = `${handle} ${dimension}`
    const sum = models.get(key) ?? {
      model: handle,
      ...(dimension !== null && { dimension }),
      embedded: 0,
      waiting: 0,
      given_up: 0,
    }
    models.set(key, {
      ...sum,
      embedded: sum.embedded + embedded,
      waiting: sum.waiting + waiting,
      given_up: sum.given_up + failed,
      ...(problem !== null && { problem }),
    })
  }
  return [...models.values()]
}
