import { z } from 'zod'

export const REASONING = ['off', 'low', 'medium', 'high'] as const
/** How much a model is asked to think before it answers. */
export type Reasoning = (typeof REASONING)[number]

export const COMPACTION_MODES = ['summarize', 'drop'] as const

/** Run settings of an agent. Every field has a default, so settings stored before a field existed still parse. */
export const AgentSettings = z.object({
  /**
   * Share of the context window at which the oldest turns are compacted before a model call. Default chosen by hand.
   */
  compactionThreshold: z.number().min(0.3).max(0.95).default(0.8),
  /** Share of the context window that is still used after a compaction. Default chosen by hand. */
  compactionTarget: z.number().min(0.1).max(0.9).default(0.5),
  /** `summarize`: compacted turns are replaced by a summary; `drop`: they leave the context without one. */
  compactionMode: z.enum(COMPACTION_MODES).default('summarize'),
  /** Model that writes summaries; null: the agent's own. */
  summaryModel: z.string().nullable().default(null),
  /** Every message starts with an empty message buffer: the agent sees its memory, not the earlier conversation. */
  messageBufferAutoclear: z.boolean().default(false),
  /** IANA time zone in which the agent is told times. */
  timezone: z.string().default('UTC'),
  temperature: z.number().min(0).max(2).nullable().default(null),
  maxOutputTokens: z.number().int().min(1).nullable().default(null),
  /** `off`: the model is not asked to think. Some models think anyway. */
  reasoning: z.enum(REASONING).default('off'),
  /** Read-only tool calls of one step may run in parallel. */
  parallelToolCalls: z.boolean().default(false),
  /** The first use of a tool that the agent wrote itself, and that after each change, waits for a person. */
  ownToolsNeedApproval: z.boolean().default(true),
  /** Secrets that a client of Letta gave for its tools: the names alone, no value is kept. */
  secretNames: z.array(z.string()).readonly().default([]),
  /** Messages get vectors as passages do, so recall memory can be searched by meaning. */
  embedMessages: z.boolean().default(false),
})

export type AgentSettings = Readonly<z.infer<typeof AgentSettings>>

export const DEFAULT_SETTINGS: AgentSettings = AgentSettings.parse({})
