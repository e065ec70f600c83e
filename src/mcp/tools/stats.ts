import { z } from 'zod'
import { type EmbeddingCounts, sumByModel } from '../../core/embedding-counts.ts'
import { RUN_STATUSES } from '../../core/run.ts'
import { sumOf } from '../../core/token-use.ts'
import type { PurposeTokens } from '../../service/context.ts'
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

const tokens = z.strictObject({
  conversation: count,
  background: count,
  summary: count,
  total: count,
})

export const stats = defineTool({
  name: 'stats',
  title: 'Count what is stored',
  description:
    'Counts the agents, memory blocks, messages, passages and runs of this server, tells how many passages agents ever ' +
    'found, what is embedded and what waits to be, how many tokens models took for conversations, for work in the ' +
    'background and for summaries, and how large the data is.',
  input: z.strictObject({}),
  output: answer({
    agents: count,
    blocks: count,
    messages: count,
    passages: count,
    passages_superseded: count,
    passages_found: count,
    runs,
    tokens,
    tokens_today: tokens,
    max_tokens_per_day: count,
    background_stopped: z.string(),
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
      tokens: presentTokens(rest.tokens.total),
      tokens_today: presentTokens(rest.tokens.today),
      ...(rest.tokens.maxPerDay !== null && { max_tokens_per_day: rest.tokens.maxPerDay }),
      ...(rest.tokens.stopped !== undefined && { background_stopped: rest.tokens.stopped }),
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

function presentTokens(spent: PurposeTokens): z.infer<typeof tokens> {
  const { conversation = 0, background = 0, summary = 0 } = spent
  return { conversation, background, summary, total: sumOf(spent) }
}
