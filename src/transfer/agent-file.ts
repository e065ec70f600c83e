import { z } from 'zod'
import { AGENT_TYPES, MIN_CONTEXT_WINDOW, SUMMARY_METHODS } from '../core/agent.ts'
import { COMPACTION_MODES, REASONING } from '../core/agent-settings.ts'
import { BLOCK_LABEL } from '../core/block.ts'
import { parseMoment } from '../core/dates.ts'
import { type Id, type IdPrefix, isId } from '../core/ids.ts'
import { text as limited, list } from '../core/limited.ts'
import { LIMITS } from '../core/limits.ts'
import { MAX_PICTURES, PICTURE_TYPES } from '../core/picture.ts'
import { cleanText, normalText } from '../core/text.ts'

/*
 * The agent file format: JSON. A file is untrusted input, so only fields named here are read; consistency between its
 * parts is checked in `check-file.ts`. Ids only link parts within the file.
 */

export const FORMAT = 'recollect-agent'
/** Raised by every change that readers of the previous version would not understand. */
export const FORMAT_VERSION = 3

/** Chosen by hand. */
const MAX_SUMMARY_LENGTH = 200_000
/*
 * Limits of lists that are written entry by entry or cross-checked, so that a file of a few megabytes can't keep a
 * server busy. Chosen by hand: a large agent has about a hundred entries. Tags accumulate over years, so a file may
 * have more than one call allows.
 */
const MAX_TAGS = 5_000
const MAX_BLOCKS = 1_000
const MAX_ARCHIVES = 1_000
const MAX_SUMMARIES = 20_000
const MAX_CONVERSATIONS = 10_000

const text = z.string().transform(cleanText)
const upTo = (most: number) => limited(most).transform(cleanText)
const filled = (most: number) =>
  upTo(most).refine((value) => value.trim() !== '', 'expected it not to be empty')
const key = limited(LIMITS.reference).min(1)
const tags = list(upTo(LIMITS.tag).transform(normalText), MAX_TAGS)
const toolName = upTo(LIMITS.reference)
const count = (least: number) => z.int().min(least).max(LIMITS.count)
const positive = count(1)
const moment = z.string().transform((value, context) => {
  try {
    return parseMoment('time', value)
  } catch {
    context.addIssue('expected a time like 2026-03-31T14:00:00.000Z')
    return z.NEVER
  }
})

const toolRule = z.strictObject({
  type: upTo(LIMITS.word),
  tool_name: toolName,
  children: list(toolName, LIMITS.branches).optional(),
  cases: list(
    z.strictObject({ equals: upTo(LIMITS.word), tool: toolName }),
    LIMITS.branches,
  ).optional(),
  default_child: toolName.optional(),
  require_match: z.boolean().optional(),
  limit: positive.optional(),
})

const settings = z.strictObject({
  compaction_threshold: z.number(),
  compaction_target: z.number(),
  compaction_mode: z.enum(COMPACTION_MODES),
  summary_model: upTo(LIMITS.handle).nullable(),
  message_buffer_autoclear: z.boolean(),
  timezone: upTo(LIMITS.word),
  temperature: z.number().nullable(),
  max_output_tokens: positive.nullable(),
  /** Absent: off. Files from before it existed have none. */
  reasoning: z.enum(REASONING).optional(),
  parallel_tool_calls: z.boolean(),
  embed_messages: z.boolean(),
  /** Absent: none. */
  secret_names: z.array(upTo(LIMITS.word)).optional(),
})

const agent = z.strictObject({
  name: filled(LIMITS.name)
    .transform(normalText)
    .refine(
      (name) => !isId('agent', name),
      'expected a name that does not look like the id of an agent',
    ),
  description: upTo(LIMITS.description),
  agent_type: z.enum(AGENT_TYPES),
  /** `provider/model`; null: the server's default. */
  model: upTo(LIMITS.handle).nullable(),
  /** Embedding model; null: the server's default. */
  embedding: upTo(LIMITS.handle).nullable(),
  context_window: z.int().min(MIN_CONTEXT_WINDOW).max(LIMITS.contextWindow),
  /** Null: the default system prompt of the agent type. */
  system: upTo(LIMITS.systemPrompt).nullable(),
  tags,
  tools: list(toolName, MAX_TAGS),
  tool_rules: list(toolRule, LIMITS.toolRules),
  settings,
  created_at: moment,
})

/** The part of a conversation that is in context. Messages of all conversations are numbered from 1, in order. */
const conversationContext = z.strictObject({
  from: count(1),
  summaries_from: count(1),
  pressure_told: z.boolean(),
})

const context = conversationContext.extend({
  /** The last real model that answered it. */
  ran_on: upTo(LIMITS.word).optional(),
})

const summary = z.strictObject({
  text: upTo(MAX_SUMMARY_LENGTH),
  from_message: count(1),
  to_message: count(1),
  until: moment,
  method: z.enum(SUMMARY_METHODS),
})

/** One besides the default, whose context and summaries are those of the agent. */
const conversation = z.strictObject({
  title: upTo(LIMITS.name),
  created_at: moment,
  context: conversationContext,
  summaries: list(summary, MAX_SUMMARIES),
})

const blockVersion = z.strictObject({
  value: text,
  description: upTo(LIMITS.description),
  limit: positive,
  read_only: z.boolean(),
  at: moment,
  /** `agent`: the agent itself. */
  by: z.enum(['agent', 'client', 'import']),
  reason: upTo(LIMITS.reason).optional(),
})

const block = z.strictObject({
  label: limited(LIMITS.label).regex(
    BLOCK_LABEL,
    'expected 1 to 128 characters out of A-Z a-z 0-9 _ . / -',
  ),
  attached_at: moment,
  /** From version 1; the last is the block's current state. */
  versions: z.array(blockVersion).min(1),
})

const fields = z.record(z.string(), z.unknown())

/** Opaque data that a model's provider needs back with the model's message. */
const extras = z.strictObject({
  model: text,
  wire: text,
  message: fields.optional(),
  calls: z.array(fields.nullable()).optional(),
})

/** Not sent to any model; since format version 2. */
const hidden = z.boolean().optional()
/** Number of its conversation in `conversations`, from 1; absent: the default one. Since format version 3. */
const place = { conversation: positive.optional() }
/** From a coding assistant's session; since format version 2. */
const elsewhere = z.literal(true).optional()

const idOf = <P extends IdPrefix>(prefix: P) =>
  key.refine((id): id is Id<P> => isId(prefix, id), `expected the id of a ${prefix}`)

/** Another agent, or the server; since format version 3. */
const sender = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('agent'),
    agent_id: idOf('agent'),
    name: text,
    run_id: idOf('run'),
    awaits_reply: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('server') }),
])

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal')

/** A picture of a message, whose bytes are in `pictures` of the file. */
const shownPicture = z.strictObject({
  digest,
  media_type: z.enum(PICTURE_TYPES),
  bytes: positive,
  width: positive,
  height: positive,
})

const message = z.discriminatedUnion('role', [
  z.strictObject({
    role: z.literal('user'),
    created_at: moment,
    hidden,
    ...place,
    text,
    /** Since format version 3. */
    pictures: list(shownPicture, MAX_PICTURES).optional(),
    elsewhere,
  }),
  z.strictObject({
    role: z.literal('system'),
    created_at: moment,
    hidden,
    ...place,
    text,
    sender: sender.optional(),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    created_at: moment,
    hidden,
    ...place,
    text,
    reasoning: text,
    tool_calls: z.array(z.strictObject({ id: key, name: toolName, arguments: text })),
    said: z.array(text),
    /** Another agent, to which the conversation was handed off; since format version 3. */
    speaker: z.strictObject({ agent_id: idOf('agent'), name: text }).optional(),
    /** Since format version 2. */
    extras: extras.optional(),
    elsewhere,
  }),
  z.strictObject({
    role: z.literal('tool'),
    created_at: moment,
    hidden,
    ...place,
    call_id: key,
    tool_name: toolName,
    status: z.enum(['success', 'error']),
    text,
  }),
])

const passage = z.strictObject({
  id: key,
  text: filled(LIMITS.passage),
  tags,
  source: upTo(LIMITS.source),
  /** Position within its source, from 1; 0: no source. */
  position: count(0),
  created_at: moment,
  superseded_by: key.optional(),
  expires_at: moment.optional(),
  found_count: count(0),
  last_found_at: moment.optional(),
})

const archive = z.strictObject({
  name: upTo(LIMITS.source).transform(normalText),
  description: upTo(LIMITS.description),
  is_default: z.boolean(),
  created_at: moment,
  passages: z.array(passage),
})

const picture = z.strictObject({
  digest,
  /** Why no model is shown it any more. */
  problem: upTo(LIMITS.word).optional(),
  /** Base64. */
  data: z.base64(),
})

/** Read first: says whether the rest can be read. */
export const FileHead = z.looseObject({
  format: z.literal(FORMAT, `expected "${FORMAT}"`),
  version: z.int().min(1),
})

export const AgentFile = z.strictObject({
  format: z.literal(FORMAT),
  version: z.int().min(1).max(FORMAT_VERSION),
  exported_at: moment,
  agent,
  context,
  summaries: list(summary, MAX_SUMMARIES),
  /** Since format version 3. */
  conversations: list(conversation, MAX_CONVERSATIONS).optional(),
  blocks: list(block, MAX_BLOCKS),
  messages: z.array(message),
  archives: list(archive, MAX_ARCHIVES),
  /** Since format version 3. */
  pictures: z.array(picture).optional(),
})

export type AgentFile = z.infer<typeof AgentFile>
export type FileAgent = z.infer<typeof agent>
export type FileSettings = z.infer<typeof settings>
export type FileBlock = z.infer<typeof block>
export type FileVersion = z.infer<typeof blockVersion>
export type FileMessage = z.infer<typeof message>
export type FileSender = z.infer<typeof sender>
export type FileMessageExtras = z.infer<typeof extras>
export type FileConversation = z.infer<typeof conversation>
export type FileSummary = z.infer<typeof summary>
export type FileArchive = z.infer<typeof archive>
export type FileShownPicture = z.infer<typeof shownPicture>
export type FilePicture = z.infer<typeof picture>
export type FilePassage = z.infer<typeof passage>
