import { z } from 'zod'
import { AGENT_TYPES, MIN_CONTEXT_WINDOW, SUMMARY_METHODS } from '../../core/agent.ts'
import { COMPACTION_MODES, REASONING } from '../../core/agent-settings.ts'
import { BLOCK_LABEL } from '../../core/block.ts'
import { isId } from '../../core/ids.ts'
import { text as limited, list } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { MAX_SCHEDULES } from '../../core/schedule.ts'
import { normalText } from '../../core/text.ts'
import { schedule, sleeptime } from './agent-file-background.ts'
import {
  count,
  filled,
  key,
  MAX_TAGS,
  moment,
  positive,
  tags,
  text,
  toolName,
  upTo,
} from './agent-file-fields.ts'
import {
  digest,
  type extras,
  message,
  type sender,
  type shownPicture,
} from './agent-file-message.ts'
import { fileTool } from './agent-file-tool.ts'

/*
 * The agent file format: JSON. A file is untrusted input, so only fields named here are read; consistency between its
 * parts is checked in `check-file.ts`. Ids only link parts within the file.
 */

export const FORMAT = 'recollect-agent'
/** Raised by every change that readers of the previous version would not understand. */
export const FORMAT_VERSION = 4

/** Chosen by hand. */
const MAX_SUMMARY_LENGTH = 200_000
/*
 * Limits of lists that are written entry by entry or cross-checked, so that a file of a few megabytes can't keep a
 * server busy. Chosen by hand: a large agent has about a hundred entries.
 */
const MAX_BLOCKS = 1_000
const MAX_ARCHIVES = 1_000
const MAX_SUMMARIES = 20_000
const MAX_CONVERSATIONS = 10_000

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

/** Since format version 3; absent: none. */
const metadata = {
  metadata: z
    .record(z.string(), z.unknown())
    .refine((value) => JSON.stringify(value).length <= LIMITS.metadata, 'expected less metadata')
    .optional(),
}

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
  ...metadata,
  created_at: moment,
})

/** The part of a conversation that is in context. Messages of all conversations are numbered from 1, in order. */
const conversationContext = z.strictObject({
  from: count(1),
  summaries_from: count(1),
  pressure_told: z.boolean(),
})

export const context = conversationContext.extend({
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
export const conversation = z.strictObject({
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

/**
 * In a file of several agents: what has the same key in the files of two agents is one thing that both have. Since format
 * version 4.
 */
const shared = { key: key.optional() }

export const fileBlock = z.strictObject({
  ...shared,
  label: limited(LIMITS.label).regex(
    BLOCK_LABEL,
    'expected 1 to 128 characters of A-Z a-z 0-9 _ . / -',
  ),
  attached_at: moment,
  ...metadata,
  /** From version 1; the last is the block's current state. */
  versions: z.array(blockVersion).min(1),
})

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
  ...shared,
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
  blocks: list(fileBlock, MAX_BLOCKS),
  messages: z.array(message),
  archives: list(archive, MAX_ARCHIVES),
  /** Since format version 3. */
  pictures: z.array(picture).optional(),
  /** Those of its tools that are not built in; since format version 4. */
  tools: list(fileTool, LIMITS.tools).optional(),
  /** Since format version 4. */
  schedules: list(schedule, MAX_SCHEDULES).optional(),
  /** Since format version 4. */
  sleeptime: sleeptime.optional(),
})

export type AgentFile = z.infer<typeof AgentFile>
export type FileAgent = z.infer<typeof agent>
export type FileSettings = z.infer<typeof settings>
export type FileBlock = z.infer<typeof fileBlock>
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
