import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { pieceOf } from '../present/fit.ts'
import { agent, offset } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'

const part = z.strictObject({ name: z.string(), tokens: z.int(), count: z.int() })

/** Passages in the agent's archives: all, superseded, found by its own searches, and never found. */
const archival = z.strictObject({
  passages: z.int(),
  superseded: z.int(),
  found: z.int(),
  never_found: z.int(),
})

export const inspectContext = defineTool({
  name: 'inspect_context',
  title: 'Inspect the context window',
  description:
    "Shows what fills an agent's context window, in tokens. Use it to see why an agent does not know something.",
  input: z.strictObject({
    agent,
    include_text: z
      .boolean()
      .default(false)
      .describe('Add `request`, exactly what its model would get'),
    offset,
  }),
  output: answer({
    context_window: z.int(),
    total_tokens: z.int(),
    parts: z.array(part),
    archival,
    compacts_at: z.int(),
    next_evicted: z.int(),
    stable_prefix_tokens: z.int(),
    request: z.string(),
    chars: z.int(),
    next_offset: z.int(),
  }),
  scope: 'read',
  annotations: READS,
  async run(args, context) {
    const account = await context.agents.inspect(args.agent)
    return {
      context_window: account.contextWindow,
      total_tokens: account.totalTokens,
      parts: account.parts.map((item) => ({ ...item })),
      archival: {
        ...account.archival,
        never_found: account.archival.passages - account.archival.found,
      },
      compacts_at: account.compactsAt,
      next_evicted: account.nextEvicted,
      stable_prefix_tokens: account.stablePrefixTokens,
      ...(args.include_text && presentRequest(account.request, args.offset)),
    }
  },
})

function presentRequest(request: string, offset?: number) {
  const { text, chars, nextOffset } = pieceOf(request, offset)
  return { request: text, chars, ...(nextOffset !== undefined && { next_offset: nextOffset }) }
}
