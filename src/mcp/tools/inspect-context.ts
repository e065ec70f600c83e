import { z } from 'zod'
import type { Summary } from '../../core/agent.ts'
import { MESSAGE_ROLES, type Message, spokenText } from '../../core/message.ts'
import { excerpt } from '../../core/text.ts'
import { defineTool, READS } from '../call/define-tool.ts'
import { pieceOf } from '../present/fit.ts'
import { agent, contextWindow, offset } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'

/** Messages named of those that leave next; the rest are counted. Chosen by hand. */
const NAMED = 30
/** Characters of each; chosen by hand. */
const EXCERPT_CHARACTERS = 160

const evicted = z.strictObject({
  id: z.string(),
  role: z.enum(MESSAGE_ROLES),
  text: z.string(),
  tokens: z.int(),
})

/** Notes on the messages that have left the window. */
const summary = z.strictObject({
  text: z.string(),
  chars: z.int().optional(),
  /** Messages that they stand for. */
  messages: z.int(),
  /** When the last of these was sent. */
  until: z.string(),
  method: z.string(),
})

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
    context_window: contextWindow.describe('What if: count for a window of this size'),
  }),
  output: answer({
    context_window: z.int(),
    total_tokens: z.int(),
    parts: z.array(part),
    archival,
    compacts_at: z.int(),
    next_evicted: z.int(),
    next_evicted_tokens: z.int(),
    evicts: z.array(evicted),
    summary,
    stable_prefix_tokens: z.int(),
    request: z.string(),
    chars: z.int(),
    next_offset: z.int(),
  }),
  scope: 'read',
  annotations: READS,
  async run(args, context) {
    const account = await context.agents.inspect(args.agent, args.context_window)
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
      next_evicted_tokens: account.evicts.reduce((sum, { tokens }) => sum + tokens, 0),
      evicts: account.evicts.slice(0, NAMED).map(presentEvicted),
      ...(account.summary && { summary: presentSummary(account.summary) }),
      stable_prefix_tokens: account.stablePrefixTokens,
      ...(args.include_text && presentRequest(account.request, args.offset)),
    }
  },
})

function presentRequest(request: string, offset?: number) {
  const { text, chars, nextOffset } = pieceOf(request, offset)
  return { request: text, chars, ...(nextOffset !== undefined && { next_offset: nextOffset }) }
}

function presentEvicted(message: Message): z.infer<typeof evicted> {
  const { id, role, tokens } = message
  const calls = role === 'assistant' ? message.toolCalls.map(({ name }) => name).join(', ') : ''
  return { id, role, text: excerpt(spokenText(message) || calls, EXCERPT_CHARACTERS), tokens }
}

/** Characters of the notes; the request has them whole. Chosen by hand. */
const SUMMARY_CHARACTERS = 4_000

function presentSummary({ text, fromSeq, toSeq, until, method }: Summary) {
  const piece = pieceOf(text, 0, SUMMARY_CHARACTERS)
  return {
    text: piece.text,
    ...(piece.nextOffset !== undefined && { chars: piece.chars }),
    messages: toSeq - fromSeq + 1,
    until,
    method,
  }
}
