import { z } from 'zod'
import { defineTool } from '../call/define-tool.ts'
import { agent } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'

export const compactContext = defineTool({
  name: 'compact_context',
  title: "Compact an agent's context",
  description:
    'Puts the oldest turns out of the context now, with a summary in their place. They stay searchable. Agents do this ' +
    'by themselves when their context fills up.',
  input: z.strictObject({ agent }),
  output: answer({
    evicted: z.int(),
    summary: z.enum(['model', 'extract', 'none']),
    problem: z.string(),
  }),
  scope: 'admin',
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  async run(args, context, call) {
    const done = await context.agents.compact(args.agent, call.signal)
    return {
      evicted: done?.evicted ?? 0,
      summary: done?.method ?? 'none',
      ...(done?.problem !== undefined && { problem: done.problem }),
    }
  },
})
