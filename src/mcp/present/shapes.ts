import { z } from 'zod'
import { AGENT_TYPES } from '../../core/agent.ts'
import { ERROR_CODES } from '../../core/errors.ts'
import { FOUND_BY } from '../../core/found.ts'
import { MESSAGE_ROLES } from '../../core/message.ts'
import { PICTURE_TYPES } from '../../core/picture.ts'
import { whyShape } from './why.ts'

/*
 * Shapes of tool answers. Names are part of the public contract: add, never rename. Times are ISO 8601 in UTC,
 * character counts are code points, and a field that does not apply is absent, never null.
 */

export const text = z.string()
export const count = z.int()

export const errorShape = z.strictObject({ code: z.enum(ERROR_CODES), message: text })

/** An answer with only optional fields, because an error result has none of them. */
export function answer<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({ error: errorShape, notice: text, ...shape }).partial()
}

/** For an answer that was cut; `left_out` is the number of items dropped. */
export const cut = { truncated: z.boolean(), left_out: count }
export const paged = { next_cursor: text, ...cut }
/** For search results. Warnings name sources that were not searched, such as an unreachable embedding endpoint. */
export const foundPage = { ...paged, warnings: z.array(text) }

const blockHead = z.strictObject({
  id: text,
  label: text,
  chars: count,
  limit: count,
  read_only: z.boolean(),
})

export const blockShape = z.strictObject({
  ...blockHead.shape,
  value: text,
  /** Offset of the rest, if the value is too long for one answer. */
  next_offset: count.optional(),
  description: text,
  version: count,
  updated_at: text,
  shared_with: z.array(text),
})

/** `shared_with` lists some of the agents that have the block; `agent_count` is their number. */
export const listedBlockShape = blockShape.extend({ agent_count: count })
/** `updated_at` is the time at which the block got this value. */
export const pastBlockShape = blockShape.omit({ shared_with: true })

export const versionShape = z.strictObject({
  version: count,
  at: text,
  /** An agent's id, `client` or `import`. */
  by: text,
  run_id: text.optional(),
  tool_call_id: text.optional(),
  reason: text.optional(),
  chars: count,
})

export const agentShape = z.strictObject({
  id: text,
  name: text,
  description: text,
  agent_type: z.enum(AGENT_TYPES),
  model: text.optional(),
  embedding: text.optional(),
  context_window: count,
  system: text,
  tags: z.array(text),
  tools: z.array(text),
  tool_rules: z.array(
    z.strictObject({
      type: text,
      tool_name: text,
      children: z.array(text).optional(),
      cases: z.array(z.strictObject({ equals: text, tool: text })).optional(),
      default_child: text.optional(),
      require_match: z.boolean().optional(),
      limit: count.optional(),
    }),
  ),
  blocks: z.array(blockHead),
  /** The agent that answers in its place, since the conversation was handed off. */
  route: z.strictObject({ agent_id: text, name: text, since: text }).optional(),
  message_count: count,
  archival_count: count,
  /** Absent: it never had a sleep-time agent. */
  sleeptime: z
    .strictObject({
      enabled: z.boolean(),
      every_turns: count,
      model: text.optional(),
      notes: z.boolean(),
      agent_id: text.optional(),
      /** Id of the last message that the sleep-time agent has dealt with. */
      done_to: text.optional(),
    })
    .optional(),
  created_at: text,
  updated_at: text,
})

/** An agent in a list, with enough to choose one. Empty fields are absent. */
export const shortAgentShape = z.strictObject({
  id: text,
  name: text,
  description: text.optional(),
  model: text.optional(),
  tags: z.array(text).optional(),
})

/** A picture of a message; its bytes are in exports only. */
const imageShape = z.strictObject({
  media_type: z.enum(PICTURE_TYPES),
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
})

export const messageShape = z.strictObject({
  id: text,
  type: z.enum([
    'user_message',
    'system_message',
    'reasoning_message',
    'tool_call_message',
    'tool_return_message',
    'assistant_message',
  ]),
  created_at: text,
  text: text.optional(),
  images: z.array(imageShape).optional(),
  tool_name: text.optional(),
  arguments: text.optional(),
  tool_call_id: text.optional(),
  status: z.enum(['success', 'error']).optional(),
})

/** Rank score and retriever; only in ranked results. */
const found = {
  score: z.number().optional(),
  found_by: z.enum(FOUND_BY).optional(),
  why: whyShape.optional(),
}
/** For text too long for one answer: its full length, and the offset of the rest. */
const piece = { chars: count.optional(), next_offset: count.optional() }
/** Only with excerpt_chars: ids of other results whose text is in this one. */
const joined = { joined: z.array(text).optional() }

/** Empty fields are absent. */
export const passageShape = z.strictObject({
  id: text,
  text,
  ...piece,
  ...joined,
  tags: z.array(text).optional(),
  source: text.optional(),
  created_at: text,
  /** Id of the passage that replaced it. */
  superseded_by: text.optional(),
  expires_at: text.optional(),
  /** How often agents found it by their own searches, and when last; absent if never. */
  found_count: count.optional(),
  last_found_at: text.optional(),
  ...found,
})

export const similarShape = z.strictObject({
  id: text,
  /** The beginning of the text. */
  text,
  created_at: text,
  /** Weighted share of common words, from 0 to 1 (`memory/similarity.ts`). */
  similarity: z.number(),
  likely: z.enum(['contradiction', 'repetition']),
  /** Whole days from its created_at to that of the inserted passage. */
  age_days: count,
  /** Id of the inserted passage. */
  similar_to: text,
})

/** `agents` lists some of the agents that have it; `agent_count` is their number. */
export const archiveShape = z.strictObject({
  id: text,
  name: text,
  description: text,
  passage_count: count,
  superseded_count: count,
  /** Number of passages that agents found by their own searches. */
  found_count: count,
  agents: z.array(text),
  agent_count: count,
  /** Whether the named agent's inserts go here by default. */
  is_default: z.boolean().optional(),
  created_at: text,
})

export const foundMessageShape = z.strictObject({
  id: text,
  role: z.enum(MESSAGE_ROLES),
  text,
  images: z.array(imageShape).optional(),
  ...piece,
  ...joined,
  created_at: text,
  /** The run that it belongs to; absent for what was imported. */
  run_id: text.optional(),
  ...found,
})
