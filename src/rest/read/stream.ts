import { z } from 'zod'
import { readBody } from './body.ts'
import type { Query } from './query.ts'

const streamBody = z.object({
  starting_after: z.number().int().optional(),
  include_pings: z.boolean().optional(),
  use_assistant_message: z.boolean().optional(),
})

/** How the stream of a run that has begun before is to look. */
export function readStream(body: unknown, query: Query) {
  const given = readBody(streamBody, body)
  return {
    streaming: true,
    tokens: false,
    pings: given.include_pings ?? true,
    numbered: true,
    speaksAsMessage: given.use_assistant_message ?? true,
    types: undefined,
    startingAfter: given.starting_after ?? query.number('starting_after'),
  }
}
